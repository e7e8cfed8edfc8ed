"""Low rank plus sparse: what it must recover, that no half step can be bettered, and that steps never lose."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from minicompress.lowrank import low_rank_plus_sparse, svd_factorize
from minicompress.tensors import CSRMatrix, LowRankMatrix


@pytest.mark.oracle("low_rank_plus_sparse", against="planted parts: rank 2 plus 20 spikes", tolerance="1e-5")
def test_planted_parts_are_found() -> None:
    rng = np.random.default_rng(0)
    low = rng.standard_normal((40, 2)) @ rng.standard_normal((2, 50))
    spikes = np.zeros(low.size)
    where = rng.choice(low.size, 20, replace=False)
    spikes[where] = rng.choice([-1, 1], 20) * rng.uniform(8, 12, 20)
    made = low_rank_plus_sparse(low + spikes.reshape(low.shape), rank=2, density=20 / low.size, n_iter=30)
    assert isinstance(made.first, LowRankMatrix)
    assert isinstance(made.second, CSRMatrix)
    np.testing.assert_array_equal(np.flatnonzero(made.second.to_dense()), np.sort(where))
    np.testing.assert_allclose(made.first.to_dense(), low, atol=1e-4)
    np.testing.assert_allclose(made.to_dense(), low + spikes.reshape(low.shape), atol=1e-5)


@pytest.mark.oracle(
    "low_rank_plus_sparse", against="brute force over all supports of the sparse part", tolerance="1e-6"
)
def test_the_sparse_part_is_the_best_for_its_factors() -> None:
    w = np.random.default_rng(1).standard_normal((4, 5))
    made = low_rank_plus_sparse(w, rank=1, density=3 / 20, n_iter=1, allow_growth=True)
    residual = (w - made.first.to_dense()).reshape(-1)
    best = min(np.sum(np.delete(residual, list(kept)) ** 2) for kept in combinations(range(20), 3))
    np.testing.assert_allclose(np.sum((w - made.to_dense()) ** 2), best, rtol=1e-6)


def test_every_turn_helps_and_the_parts_beat_the_factors_alone(weights: Any, frobenius: Any) -> None:
    w = weights(32, 40, 2)
    w[np.random.default_rng(3).random(w.shape) < 0.02] += 0.5
    errors = [frobenius(w, low_rank_plus_sparse(w, rank=6, density=0.05, n_iter=n).to_dense()) for n in (1, 2, 4, 8)]
    assert all(b <= a * (1 + 1e-6) for a, b in zip(errors, errors[1:], strict=False))
    assert errors[0] < frobenius(w, svd_factorize(w, rank=6).to_dense())
    made = low_rank_plus_sparse(w, rank=6, density=0.05)
    assert made.second.nnz == int(np.rint(0.05 * w.size))
    assert made.nbytes == 4 * 6 * 72 + 6 * made.second.nnz + 8 * 33


def test_equal_magnitudes_and_arguments() -> None:
    tie = np.zeros((8, 8))
    tie[[1, 3, 5], [2, 4, 6]] = 1.0  # three entries as large as each other, and the factors take one of them
    made = low_rank_plus_sparse(tie, rank=1, density=1 / 64, n_iter=1)
    assert made.second.nnz == 1
    np.testing.assert_array_equal(
        made.to_dense(), low_rank_plus_sparse(tie, rank=1, density=1 / 64, n_iter=1).to_dense()
    )
    w = np.random.default_rng(4).standard_normal((10, 10))
    none = low_rank_plus_sparse(w, rank=2, density=0.0)
    np.testing.assert_array_equal(none.to_dense(), svd_factorize(w, rank=2).to_dense())
    with pytest.raises(ValueError, match=r"take \d+ bytes, not fewer than the 400 of w"):
        low_rank_plus_sparse(w, rank=4, density=0.2)
    with pytest.raises(ValueError, match=r"density must be a number in \[0, 1\]"):
        low_rank_plus_sparse(w, rank=2, density=1.1)
    with pytest.raises(ValueError, match="rank must be at most 4"):
        low_rank_plus_sparse(w, rank=5, density=0.0)
    with pytest.raises(ValueError, match="n_iter must be an integer of at least 1"):
        low_rank_plus_sparse(w, rank=2, density=0.0, n_iter=0)
