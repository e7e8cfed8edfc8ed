"""Masks: exact counts with ties, the lowest first, over one tensor, a row, all tensors, groups, blocks and channels."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress.pruning import (
    block_mask,
    channel_mask,
    global_mask,
    head_mask,
    layer_mask,
    magnitude_mask,
    movement_score,
    nm_mask,
    row_mask,
    unstructured_mask,
)

SMALL_SET = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 1e-30, -1e30])  # many ties
SHARES = st.floats(0, 1)
EXACT = "equal: masks are boolean"


def matrices(rows: st.SearchStrategy[int], columns: st.SearchStrategy[int]) -> st.SearchStrategy[np.ndarray]:
    return st.tuples(rows, columns).flatmap(lambda shape: hnp.arrays(np.float32, shape, elements=SMALL_SET))


def lowest(scores: list[float], k: int) -> set[int]:
    """Places of the k lowest, by score and then by place."""
    return set(sorted(range(len(scores)), key=lambda i: (scores[i], i))[:k])


def gone(mask: np.ndarray) -> set[int]:
    assert mask.dtype == bool
    return set(np.flatnonzero(~mask).tolist())


@pytest.mark.oracle("unstructured_mask", against="sorting by score and place in Python", tolerance=EXACT)
@pytest.mark.oracle("row_mask", against="sorting by score and place in Python", tolerance=EXACT)
@given(w=matrices(st.integers(1, 5), st.integers(1, 9)), sparsity=SHARES, signed=st.booleans())
def test_tensor_and_rows(w: np.ndarray, sparsity: float, signed: bool) -> None:
    before = w.tobytes()
    score = w if signed else None
    values = (w if signed else np.abs(w)).astype(float)
    mask = unstructured_mask(w, sparsity=sparsity, score=score)
    np.testing.assert_equal(gone(mask), lowest(values.reshape(-1).tolist(), round(w.size * sparsity)))
    rows = row_mask(w, sparsity=sparsity, score=score)
    for kept, scores in zip(rows, values, strict=True):
        assert gone(kept) == lowest(scores.tolist(), round(w.shape[1] * sparsity))
    if not signed:
        np.testing.assert_array_equal(mask, magnitude_mask(w, sparsity=sparsity))
    np.testing.assert_equal(w.tobytes(), before)


@pytest.mark.oracle("global_mask", against="sorting by score and place in Python", tolerance=EXACT)
@given(
    a=matrices(st.integers(1, 4), st.integers(1, 4)),
    b=hnp.arrays(np.float64, st.integers(1, 6), elements=SMALL_SET),
    sparsity=SHARES,
)
def test_all_tensors(a: np.ndarray, b: np.ndarray, sparsity: float) -> None:
    masks = global_mask({"a": a, "b": b}, sparsity=sparsity)
    np.testing.assert_equal(list(masks), ["a", "b"])
    assert masks["a"].shape == a.shape
    assert masks["b"].shape == b.shape
    scores = [abs(float(v)) for v in itertools.chain(a.reshape(-1), b)]
    joined = np.concatenate([masks["a"].reshape(-1), masks["b"]])
    np.testing.assert_equal(gone(joined), lowest(scores, round(len(scores) * sparsity)))
    signed = global_mask({"a": a, "b": b}, sparsity=sparsity, score={"a": -np.abs(a), "b": -np.abs(b)})
    joined = np.concatenate([signed["a"].reshape(-1), signed["b"]])
    np.testing.assert_equal(gone(joined), lowest([-s for s in scores], round(len(scores) * sparsity)))


@pytest.mark.oracle("global_mask", against="torch.nn.utils.prune.global_unstructured", tolerance=EXACT)
def test_all_tensors_as_torch() -> None:
    torch = pytest.importorskip("torch")
    from torch.nn.utils import prune

    rng = np.random.default_rng(0)
    weights = {
        "a": rng.standard_normal((7, 5)).astype(np.float32),
        "b": rng.standard_normal((3, 11)).astype(np.float32),
    }
    layers = {name: torch.nn.Linear(w.shape[1], w.shape[0]) for name, w in weights.items()}
    with torch.no_grad():
        for name, layer in layers.items():
            layer.weight.copy_(torch.tensor(weights[name]))
    pairs = [(layer, "weight") for layer in layers.values()]
    prune.global_unstructured(pairs, pruning_method=prune.L1Unstructured, amount=0.4)
    for name, mask in global_mask(weights, sparsity=0.4).items():
        np.testing.assert_array_equal(mask, layers[name].weight_mask.numpy().astype(bool))


@pytest.mark.oracle("nm_mask", against="all subsets of n of m, the best sum of magnitudes", tolerance=EXACT)
@given(w=matrices(st.integers(1, 3), st.just(12)), nm=st.sampled_from([(2, 4), (1, 2), (1, 4), (3, 6), (0, 3), (4, 4)]))
def test_nm_is_the_best_of_each_group(w: np.ndarray, nm: tuple[int, int]) -> None:
    n, m = nm
    mask = nm_mask(w, n=n, m=m)
    for group, kept in zip(np.abs(w).astype(float).reshape(-1, m), mask.reshape(-1, m), strict=True):
        np.testing.assert_equal(kept.sum(), n)
        best = max(sum(group[list(c)]) for c in itertools.combinations(range(m), n))
        np.testing.assert_equal(sum(group[kept]), best)
        np.testing.assert_equal(gone(kept), lowest(group.tolist(), m - n))


@pytest.mark.oracle("nm_mask", against="torch.ao.pruning.WeightNormSparsifier, 2 zeros a block of 4", tolerance=EXACT)
def test_2_4_as_torch() -> None:
    torch = pytest.importorskip("torch")
    ao = pytest.importorskip("torch.ao.pruning")
    w = np.random.default_rng(1).standard_normal((16, 32)).astype(np.float32)
    model = torch.nn.Sequential(torch.nn.Linear(32, 16))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor(w))
    sparsifier = ao.WeightNormSparsifier(sparsity_level=1.0, sparse_block_shape=(1, 4), zeros_per_block=2)
    sparsifier.prepare(model, [{"tensor_fqn": "0.weight"}])
    sparsifier.step()
    theirs = model[0].parametrizations.weight[0].mask.numpy().astype(bool)
    np.testing.assert_array_equal(nm_mask(w, n=2, m=4), theirs)


def test_a_signed_score_keeps_its_sign() -> None:
    """Movement: the weights that run to zero fastest have the most negative score, and go first."""
    w, g = np.float32([[1, 2, 3, 4]]), np.float32([[9, -1, 1, -9]])
    score = movement_score(w, g)  # -9, 2, -3, 36
    assert nm_mask(w, n=2, m=4, score=score).tolist() == [[False, True, False, True]]
    assert unstructured_mask(w, sparsity=0.25, score=score).tolist() == [[False, True, True, True]]
    assert channel_mask(w.T, sparsity=0.5, score=score[0]).reshape(-1).tolist() == [False, True, False, True]


@pytest.mark.oracle("block_mask", against="the norm of each block, one by one", tolerance=EXACT)
@given(
    grid=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    block=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    sparsity=SHARES,
    seed=st.integers(0, 99),
)
def test_blocks(grid: tuple[int, int], block: tuple[int, int], sparsity: float, seed: int) -> None:
    shape = (grid[0] * block[0], grid[1] * block[1])
    w = np.random.default_rng(seed).integers(-1, 2, shape).astype(np.float32)  # ties between blocks
    mask = block_mask(w, block=block, sparsity=sparsity)
    norms, kept = [], []
    for i in range(grid[0]):
        for j in range(grid[1]):
            tile = np.s_[i * block[0] : (i + 1) * block[0], j * block[1] : (j + 1) * block[1]]
            assert mask[tile].all() or not mask[tile].any()
            norms.append(float((w[tile] ** 2).sum()))
            kept.append(bool(mask[tile].all()))
    np.testing.assert_equal(gone(np.array(kept)), lowest(norms, round(len(norms) * sparsity)))
    ours = block_mask(w, block=block, sparsity=sparsity, score=-np.reshape(norms, grid))
    assert ours.sum() == mask.sum()


@pytest.mark.oracle("channel_mask", against="torch.nn.utils.prune.ln_structured (n=2)", tolerance=EXACT)
@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("sparsity", [0.0, 0.25, 0.5, 0.8])
def test_channels_as_torch(axis: int, sparsity: float) -> None:
    torch = pytest.importorskip("torch")
    from torch.nn.utils import prune

    w = np.random.default_rng(2).standard_normal((8, 12, 5)).astype(np.float32)
    layer = torch.nn.Conv1d(12, 8, 5)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(w))
    prune.ln_structured(layer, "weight", amount=round(w.shape[axis] * sparsity), n=2, dim=axis)
    mask = channel_mask(w, sparsity=sparsity, axis=axis)
    np.testing.assert_array_equal(mask, layer.weight_mask.numpy().astype(bool))


@pytest.mark.oracle("head_mask", against="the norm of each head, one by one", tolerance=EXACT)
@given(heads=st.integers(1, 6), width=st.integers(1, 3), axis=st.sampled_from([0, 1]), sparsity=SHARES)
def test_heads(heads: int, width: int, axis: int, sparsity: float) -> None:
    w = np.random.default_rng(heads + 7 * width).integers(-1, 2, (heads * width, 4)).astype(np.float32)
    w = w if axis == 0 else np.ascontiguousarray(w.T)
    mask = head_mask(w, heads=heads, sparsity=sparsity, axis=axis)
    runs, kept = np.split(w, heads, axis=axis), np.split(mask, heads, axis=axis)
    assert all(part.all() or not part.any() for part in kept)
    wanted = lowest([float((run**2).sum()) for run in runs], round(heads * sparsity))
    np.testing.assert_equal({i for i, part in enumerate(kept) if not part.any()}, wanted)


@pytest.mark.oracle("layer_mask", against="closed form", tolerance=EXACT)
def test_layers() -> None:
    score = {"0": 0.5, "1": 0.1, "2": 0.1, "3": -1.0}
    half = layer_mask(score, sparsity=0.5)
    assert list(half) == list(score)
    np.testing.assert_equal(list(half.values()), [True, False, True, False])
    assert layer_mask(score, sparsity=0.0) == dict.fromkeys(score, True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w: nm_mask(w, n=2, m=5), "m = 5 must divide the last axis"),
        (lambda w: nm_mask(w, n=5, m=4), "n must be an integer from 0 to 4"),
        (lambda w: nm_mask(w, n=1, m=0), "m must be an integer of at least 1"),
        (lambda w: nm_mask(1.0, n=1, m=1), "must divide the last axis"),
        (lambda w: block_mask(w, block=(3, 1), sparsity=0.5), r"block \(3, 1\) must divide the shape"),
        (lambda w: block_mask(w, block=(2, 2), sparsity=0.5, score=w), r"score must have shape \(2, 4\)"),
        (lambda w: block_mask(w[0], block=(1, 1), sparsity=0.5), "w must have 2"),
        (lambda w: channel_mask(w, sparsity=0.5, axis=2), "axis must be an integer from -2 to 1"),
        (lambda w: channel_mask(w, sparsity=0.5, score=w), r"score must have shape \(4,?\)"),
        (lambda w: channel_mask(1.0, sparsity=0.5), "w must have at least one dimension"),
        (lambda w: head_mask(w, heads=3, sparsity=0.5), "heads = 3 must divide axis 0"),
        (lambda w: layer_mask({}, sparsity=0.5), "score must be a non-empty mapping"),
        (lambda w: global_mask({}, sparsity=0.5), "weights must be a non-empty mapping"),
        (lambda w: global_mask({"a": w}, sparsity=0.5, score={"b": w}), "score must name the same tensors"),
        (lambda w: row_mask(w, sparsity=2.0), "sparsity must be a number in"),
        (lambda w: unstructured_mask(w, sparsity=0.5, score=w[:1]), r"score must have shape \(4, 8\)"),
        (lambda w: unstructured_mask(w, sparsity=0.5, score=w * np.nan), "score has 32 values that are not finite"),
    ],
)
def test_what_does_not_fit_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(np.ones((4, 8), np.float32))


def test_a_block_needs_two_sides() -> None:
    with pytest.raises(TypeError, match=r"block must be \(rows, columns\)"):
        block_mask(np.ones((4, 4)), block=4, sparsity=0.5)
