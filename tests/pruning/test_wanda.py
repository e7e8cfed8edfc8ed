"""Wanda: its mask by hand, and its claim, less output error than row-wise magnitude on inputs as layers see them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.pruning import input_norm, nm_mask, row_mask, wanda_mask, wanda_score

Inputs = Callable[..., np.ndarray]


@pytest.mark.oracle("wanda_mask", against="sorting |w| * norm by score and place in Python", tolerance="equal: boolean")
@pytest.mark.oracle(
    "wanda_score", against="|w| * norm one by one in Python", tolerance="equal: one product, rounded once"
)
@given(rows=st.integers(1, 5), columns=st.integers(1, 9), sparsity=st.floats(0, 1), seed=st.integers(0, 99))
def test_by_hand(rows: int, columns: int, sparsity: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, norm = rng.integers(-2, 3, (rows, columns)).astype(np.float32), rng.integers(0, 3, columns).astype(float)
    mask, score = wanda_mask(w, norm, sparsity=sparsity), wanda_score(w, norm)
    for i in range(rows):
        scores = [abs(float(w[i, j])) * float(norm[j]) for j in range(columns)]
        np.testing.assert_equal(score[i].tolist(), scores)
        order = sorted(range(columns), key=lambda j: (scores[j], j))
        np.testing.assert_equal(set(np.flatnonzero(~mask[i])), set(order[: round(columns * sparsity)]))


@pytest.mark.oracle("input_norm", against="numpy.linalg.norm", tolerance="1e-12 relative, float64 sums")
def test_norms(correlated_inputs: Inputs) -> None:
    x = correlated_inputs(60, 16, seed=0).reshape(3, 20, 16)
    norm = input_norm(x)
    np.testing.assert_allclose(norm, np.linalg.norm(x.reshape(-1, 16).astype(np.float64), axis=0), rtol=1e-12)
    np.testing.assert_allclose(np.sqrt(input_norm(x[:1]) ** 2 + input_norm(x[1:]) ** 2), norm, rtol=1e-12)
    np.testing.assert_allclose(input_norm(x.astype(np.float64) * 1e200), norm * 1e200, rtol=1e-12)
    np.testing.assert_array_equal(input_norm(np.zeros((3, 2))), [0, 0])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pattern", ["rows", "2:4"])
def test_beats_magnitude_at_the_same_share_of_each_row(correlated_inputs: Inputs, seed: int, pattern: str) -> None:
    x = correlated_inputs(512, 48, seed=seed, outliers=3)
    seen, unseen = x[:256], x[256:]
    w = np.random.default_rng(seed + 100).standard_normal((32, 48)).astype(np.float32)
    score = wanda_score(w, input_norm(seen))
    if pattern == "rows":
        ours, theirs = row_mask(w, sparsity=0.5, score=score), row_mask(w, sparsity=0.5)
    else:
        ours, theirs = nm_mask(w, n=2, m=4, score=score), nm_mask(w, n=2, m=4)
    assert (ours.sum(axis=1) == theirs.sum(axis=1)).all()
    lost, theirs_lost = (float((((w * ~mask) @ unseen.T) ** 2).sum()) for mask in (ours, theirs))
    assert lost < 0.8 * theirs_lost
