"""Grader of hadamard_rotate. Oracle: H[i, j] = (-1)**(number of ones in i & j), entry by entry."""

import numpy as np
import pytest


def hadamard(n):
    """Sylvester's matrix from the bits of its indices."""
    return np.array([[(-1) ** (i & j).bit_count() for j in range(n)] for i in range(n)], np.float64)


def data(seed, shape, dtype=np.float64):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, shape) * np.where(rng.random(shape[-1]) < 0.2, 30, 1)
    return x.astype(dtype), rng.choice(np.array([-1, 1], np.int8), shape[-1])


def mistakes(x, signs):
    """What the usual mistakes return."""
    n = x.shape[-1]
    wide = x.astype(np.float64)
    h = hadamard(n)
    root = np.sqrt(n)
    right = (wide * signs) @ h.T / root
    walsh = h[np.argsort((np.diff(h, axis=1) != 0).sum(axis=1))]
    bits = n.bit_length() - 1
    reverse = [int(format(i, f"0{bits}b")[::-1], 2) if bits else 0 for i in range(n)]
    found = {
        "the result was not divided by sqrt(n): the rotation must keep lengths (正交)": right * root,
        "the result was divided by n; Q is orthogonal with 1 / sqrt(n)": right / root,
        "it was multiplied by sqrt(n), not divided": right * n,
        "the signs were left out": wide @ h.T / root,
        "the signs came after H: Q = H D applies D first": (wide @ h.T) * signs / root,
        "the signs came before H and after it": right * signs,
        "the rows are in the order of their sign changes (Walsh); Sylvester's order is asked for": (
            (wide * signs) @ walsh.T / root
        ),
        "the result is in bit-reversed order (位反转)": right[..., reverse],
        "only one stage was done: there are log2(n) of them": one_stage(wide * signs) / root,
        "the last stage is missing, width = n / 2": np.concatenate(
            [part @ hadamard(max(n // 2, 1)).T for part in np.split(wide * signs, 2, axis=-1)], axis=-1
        )
        / root
        if n > 1
        else right + 1,
        "the halves became a + b and b - a": negated(wide * signs) / root,
    }
    if x.ndim == 2 and x.shape[0] == n:
        found["the first axis was rotated; the runs lie on the last one (最后一维)"] = (
            h @ (wide * signs[:, None]) / root
        )
    return found


def one_stage(v):
    pairs = v.reshape(*v.shape[:-1], -1, 2) if v.shape[-1] > 1 else np.stack([v, 0 * v], axis=-1)
    return np.stack([pairs.sum(-1), pairs[..., 0] - pairs[..., 1]], axis=-1).reshape(*v.shape[:-1], -1)


def negated(v):
    n, width = v.shape[-1], 1
    while width < n:
        a, b = np.moveaxis(v.reshape(*v.shape[:-1], n // (2 * width), 2, width), -2, 0)
        v = np.stack([a + b, b - a], axis=-2).reshape(v.shape)
        width *= 2
    return v


def holds(exercise, x, signs):
    expected = ((x.astype(np.float64) * signs) @ hadamard(x.shape[-1]).T / np.sqrt(x.shape[-1])).astype(x.dtype)
    atol = (1e-12 if x.dtype == np.float64 else 1e-5) * float(np.abs(expected).max())
    known = mistakes(x, signs)
    return exercise(x, signs).close_to(expected, rtol=0, atol=atol, dtype="exact", known=known)


def test_by_hand(exercise):
    x, signs = np.array([1.0, 2.0, 3.0, 5.0]), np.array([1, -1, 1, 1], np.int8)
    # 1 - 2 + 3 + 5, 1 + 2 + 3 - 5, 1 - 2 - 3 - 5, 1 + 2 - 3 + 5, each halved
    expected = np.array([3.5, 0.5, -4.5, 2.5])
    exercise(x, signs).close_to(expected, rtol=0, atol=1e-12, dtype="exact", known=mistakes(x, signs))


@pytest.mark.parametrize("n", [1, 2, 4, 8, 32, 128])
def test_lengths(exercise, n):
    holds(exercise, *data(n, (3, n)))


@pytest.mark.parametrize("shape", [(16,), (1, 8), (8, 8), (2, 3, 4), (2, 2, 2, 2), (5, 1)])
def test_shapes(exercise, shape):
    holds(exercise, *data(1, shape))


@pytest.mark.parametrize("n", [4, 64])
def test_single_precision_stays(exercise, n):
    holds(exercise, *data(2, (4, n), np.float32))


def test_the_output_of_a_layer_stays(exercise):
    x, signs = data(3, (6, 32))
    w = data(4, (5, 32))[0]
    rotated = holds(exercise, x, signs).value
    answer = exercise(w, signs).has(shape=w.shape, dtype=np.float64)
    same = bool(np.allclose(rotated @ answer.value.T, x @ w.T, rtol=1e-9, atol=1e-9))
    answer.check(same, "rotate(x) @ rotate(w).T is not x @ w.T")


def test_an_outlier_is_spread(exercise):
    x = np.zeros((2, 64))
    x[0, 5], x[1, 63] = 80.0, -8.0
    holds(exercise, x, np.where(np.arange(64) % 3, 1, -1).astype(np.int8))


def test_fast(exercise):
    """One value in 2**17: the result is plus or minus value / sqrt(n), with the sign of H[i, j]."""
    n, j = 2**17, 0b10110100111010011
    x = np.zeros((2, n))
    x[0, j], x[1, 0] = 3.0, 1.0
    signs = np.ones(n, np.int8)
    signs[j] = -1
    ones = np.bitwise_count(np.arange(n) & j)
    expected = np.stack([-3.0 * (-1.0) ** ones, np.ones(n)]) / np.sqrt(n)
    quick = exercise.configured(time_limit=2)
    quick(x, signs).close_to(expected, rtol=0, atol=1e-14, dtype="exact")


def test_leaves_a_fortran_ordered_array_alone(exercise):
    x, signs = data(5, (6, 16))
    holds(exercise, np.asfortranarray(x), signs)


@pytest.mark.parametrize("n", [3, 6, 12, 0])
def test_refuses_a_length(exercise, n):
    because = "the last axis must be a power of two"
    exercise.raises(ValueError, np.ones((2, n)), np.ones(n, np.int8), because=because)


@pytest.mark.parametrize("length", [1, 4, 16])
def test_refuses_signs_of_another_length(exercise, length):
    because = "signs must have one entry for each of the n = 8 values"
    exercise.raises(ValueError, np.ones((2, 8)), np.ones(length, np.int8), because=because)


@pytest.mark.parametrize("value", [0, 2, -2])
def test_refuses_other_signs(exercise, value):
    signs = np.array([1, -1, value, 1], np.int8)
    exercise.raises(ValueError, np.ones((2, 4)), signs, because="signs must be -1 or 1")
