"""Grader of prune_attention_heads. Oracle: attention head by head; the output is a sum over the heads that stay."""

import numpy as np
import pytest

KEYS = ("wq", "bq", "wk", "bk", "wv", "bv", "wo", "bo")


def head_output(x, weights, head, d):
    """What one head adds to y, in double precision."""
    part = slice(head * d, (head + 1) * d)
    q, k, v = (x @ weights[f"w{n}"][part].T.astype(np.float64) + weights[f"b{n}"][part] for n in "qkv")
    scores = q @ k.T / np.sqrt(d)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) @ v @ weights["wo"][:, part].T.astype(np.float64)


def assembled(weights, num_heads, stay):
    """Put the blocks of the heads that stay side by side."""
    d = len(weights["wq"]) // num_heads
    parts = [slice(h * d, (h + 1) * d) for h in stay]
    result = {n: np.concatenate([weights[n][:0], *(weights[n][p] for p in parts)]) for n in KEYS[:6]}
    wo = weights["wo"]
    result["wo"] = np.concatenate([wo[:, :0], *(wo[:, p] for p in parts)], axis=1)
    return result | {"bo": weights["bo"].copy()}


def mistakes(weights, num_heads, heads):
    stay = [h for h in range(num_heads) if h not in heads]
    right = assembled(weights, num_heads, stay)
    rows = len(weights["wq"])
    d = rows // num_heads
    keep = np.isin(np.arange(num_heads), heads, invert=True)

    def by(features):
        sliced = {n: weights[n][features] for n in KEYS[:6]}
        return sliced | {"wo": weights["wo"][:, features], "bo": weights["bo"]}

    inside = np.repeat(keep, d)
    masked = {n: (weights[n].T * inside).T for n in KEYS[:6]} | {"wo": weights["wo"] * inside, "bo": weights["bo"]}
    found = {
        "the heads in the list were kept and the others removed": assembled(weights, num_heads, sorted(set(heads))),
        "the features of a head were taken as every num_heads-th row; they are neighbours (相邻的 d 行)": by(
            np.tile(keep, d)
        ),
        "the arrays are only masked, not smaller": masked,
        "the biases of q, k and v kept all their entries": right | {n: weights[n] for n in ("bq", "bk", "bv")},
        "v was forgotten: its rows belong to the heads too": right | {"wv": weights["wv"], "bv": weights["bv"]},
        "wo kept all its columns: it reads the features of the heads": right | {"wo": weights["wo"]},
        "one row per head was removed, not the d rows of a head": by(~np.isin(np.arange(rows), heads)),
    }
    if heads:
        found["only the first head of the list was removed"] = assembled(
            weights, num_heads, [h for h in range(num_heads) if h != heads[0]]
        )
        left = list(range(num_heads))
        for h in heads:
            if h < len(left):
                del left[h]
        found["the numbers were counted anew after each removal: they are those of the given layer"] = assembled(
            weights, num_heads, left
        )
    if len(weights["bo"]) == rows:
        features = np.repeat(keep, d)
        found["the rows of wo were removed: its columns read the heads"] = right | {"wo": weights["wo"][features]}
        found["bo was cut: it belongs to the width of the output, which stays"] = right | {
            "bo": weights["bo"][features]
        }
    return found


def holds(exercise, weights, num_heads, heads):
    answer = exercise(weights, num_heads=num_heads, heads=heads)
    stay = [h for h in range(num_heads) if h not in heads]
    expected = assembled(weights, num_heads, stay)
    answer.equals(expected, dtype="exact", known=mistakes(weights, num_heads, heads))
    d = len(weights["wq"]) // num_heads
    x = np.random.default_rng(0).normal(0, 1, (5, weights["wq"].shape[1]))
    old = sum((head_output(x, weights, h, d) for h in stay), weights["bo"].astype(np.float64))
    new = sum((head_output(x, answer.value, h, d) for h in range(len(stay))), answer.value["bo"].astype(np.float64))
    answer.check(bool(np.allclose(old, new)), "the output is not the sum over the heads that stay")


def layer(seed, num_heads, d, width, dtype=np.float32):
    rng = np.random.default_rng(seed)
    inner = num_heads * d
    shapes = dict(zip(KEYS, [(inner, width), (inner,)] * 3 + [(width, inner), (width,)], strict=True))
    return {name: rng.normal(0, 1, shape).astype(dtype) for name, shape in shapes.items()}


def test_by_hand(exercise):
    weights = {f"w{n}": np.arange(4.0)[:, None] + i for i, n in enumerate("qkv")}
    weights |= {f"b{n}": 10 + np.arange(4.0) + i for i, n in enumerate("qkv")}
    weights |= {"wo": np.array([[1.0, 2.0, 3.0, 4.0]]), "bo": np.array([5.0])}
    expected = {f"w{n}": np.array([[2.0], [3.0]]) + i for i, n in enumerate("qkv")}
    expected |= {f"b{n}": np.array([12.0, 13.0]) + i for i, n in enumerate("qkv")}
    expected |= {"wo": np.array([[3.0, 4.0]]), "bo": np.array([5.0])}
    exercise(weights, num_heads=2, heads=[0]).equals(expected, known=mistakes(weights, 2, [0]))


@pytest.mark.parametrize("heads", [[0], [3], [1, 2], [0, 3], [1, 2, 3]])
def test_heads(exercise, heads):
    holds(exercise, layer(1, 4, 3, 12), 4, heads)
    holds(exercise, layer(2, 4, 3, 7), 4, heads)


@pytest.mark.parametrize(("num_heads", "d", "width"), [(2, 5, 10), (5, 2, 10), (3, 1, 4), (1, 4, 4), (6, 2, 5)])
def test_sizes(exercise, num_heads, d, width):
    holds(exercise, layer(3, num_heads, d, width), num_heads, [num_heads - 1])
    holds(exercise, layer(4, num_heads, d, width), num_heads, [0])


@pytest.mark.parametrize("heads", [[2, 0], [3, 1, 0], [1, 1], [2, 0, 2]])
def test_order_and_repetition_mean_nothing(exercise, heads):
    holds(exercise, layer(5, 4, 2, 6), 4, heads)


def test_none_and_all(exercise):
    holds(exercise, layer(6, 3, 2, 6), 3, [])
    holds(exercise, layer(6, 3, 2, 6), 3, [0, 1, 2])


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_dtypes_and_fortran_order(exercise, dtype):
    weights = {name: np.asfortranarray(a) for name, a in layer(7, 4, 2, 8, dtype).items()}
    holds(exercise, weights, 4, [1, 3])


@pytest.mark.parametrize("heads", [[-1], [4], [0, 4], [-1, 2], [-5]])
def test_refuses_heads(exercise, heads):
    exercise.raises(
        ValueError, layer(8, 4, 3, 6), num_heads=4, heads=heads, because="heads must be in 0 .. num_heads - 1"
    )


@pytest.mark.parametrize("num_heads", [5, 7, 24, 0, -1, -4])
def test_refuses_num_heads(exercise, num_heads):
    because = "num_heads must be at least 1 and divide the 12 rows of wq (不能整除)"
    for heads in ([], [0]):
        exercise.raises(ValueError, layer(9, 4, 3, 6), num_heads=num_heads, heads=heads, because=because)
