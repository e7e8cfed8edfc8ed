"""The truncated SVD: Eckart and Young, scipy, torch, another algorithm, and the break-even rank."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg

from minicompress.lowrank import break_even_rank, rank_for_energy, rank_for_size, svd_factorize
from minicompress.lowrank.factors import balanced

EPS = float(np.finfo(np.float32).eps)


def exact(w: np.ndarray, rank: int) -> np.ndarray:
    """scipy's older driver (QR iteration); the library takes NumPy's (divide and conquer)."""
    u, s, vt = scipy.linalg.svd(w, full_matrices=False, lapack_driver="gesvd")
    return (u[:, :rank] * s[:rank]) @ vt[:rank]


@pytest.mark.oracle("svd_factorize", against="scipy.linalg.svd (gesvd)", tolerance="products, 4 eps of ||w||")
@pytest.mark.parametrize("shape", [(24, 40), (40, 24), (32, 32)])
@pytest.mark.parametrize("rank", [1, 5, 13])
def test_the_product_is_that_of_scipy(shape: tuple[int, int], rank: int, weights: Any) -> None:
    w = weights(*shape, 0)
    made = svd_factorize(w, rank=rank)
    assert made.rank == rank
    assert made.nbytes == 4 * rank * sum(shape)
    # Factors are rounded to float32: each component errs by eps of its norm at most.
    np.testing.assert_allclose(made.to_dense(), exact(w, rank), atol=4 * EPS * np.linalg.norm(w))


@pytest.mark.oracle("svd_factorize", against="torch.linalg.svd", tolerance="products, 4 eps of ||w||")
def test_the_product_is_that_of_torch(weights: Any) -> None:
    torch = pytest.importorskip("torch")
    w = weights(30, 20, 1)
    u, s, vt = torch.linalg.svd(torch.tensor(w), full_matrices=False)
    expected = (u[:, :6] * s[:6]) @ vt[:6]
    np.testing.assert_allclose(svd_factorize(w, rank=6).to_dense(), expected, atol=4 * EPS * np.linalg.norm(w))


@pytest.mark.oracle("svd_factorize", against="alternating least squares from random starts", tolerance="1e-6 relative")
@pytest.mark.parametrize("rank", [1, 3, 6])
def test_eckart_young(rank: int, weights: Any, best_by_turns: Any, frobenius: Any) -> None:
    w = weights(18, 14, 2, decay=0.7)
    s = np.linalg.svd(w, compute_uv=False)
    back = svd_factorize(w, rank=rank).to_dense()
    error = frobenius(w, back)
    np.testing.assert_allclose(error, np.sqrt(np.sum(s[rank:] ** 2)), rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(w - back, 2), s[rank], rtol=1e-5)
    np.testing.assert_allclose(error, best_by_turns(w, rank), rtol=1e-6)
    for seed in range(20):  # no matrix of the rank nearby is closer
        rng = np.random.default_rng(seed)
        u, t, vt = np.linalg.svd(back + 0.05 * rng.standard_normal(w.shape), full_matrices=False)
        assert frobenius(w, (u[:, :rank] * t[:rank]) @ vt[:rank]) >= error


def test_both_factors_carry_the_same_scale(weights: Any) -> None:
    made = svd_factorize(100 * weights(20, 30, 3), rank=8)
    left, right = made.left.to_dense(), made.right.to_dense()
    np.testing.assert_allclose(np.linalg.norm(left, axis=0), np.linalg.norm(right, axis=1), rtol=1e-5)
    np.testing.assert_allclose(left.T @ left, np.diag(np.diag(left.T @ left)), atol=1e-4)
    dead = balanced(np.array([[1.0, 0.0]]), np.array([[2.0], [3.0]]))  # a component without a left side
    np.testing.assert_allclose(dead.to_dense(), [[2.0]], rtol=1e-6)


@pytest.mark.oracle("break_even_rank", against="brute force over all ranks", tolerance="equal")
def test_break_even_is_the_last_rank_that_is_smaller(weights: Any) -> None:
    for m in range(1, 20):
        for n in range(1, 20):
            smaller = [r for r in range(1, m * n + 2) if r * (m + n) < m * n]
            np.testing.assert_equal(break_even_rank(m, n), max(smaller, default=0))
    w = weights(12, 20, 4)
    limit = break_even_rank(12, 20)
    assert svd_factorize(w, rank=limit).nbytes < 4 * w.size
    with pytest.raises(ValueError, match=rf"rank must be at most {limit} for a matrix \(12, 20\): 8 .* allow_growth"):
        svd_factorize(w, rank=limit + 1)
    assert svd_factorize(w, rank=12, allow_growth=True).nbytes > 4 * w.size
    with pytest.raises(ValueError, match="rank must be an integer from 1 to 12"):
        svd_factorize(w, rank=13, allow_growth=True)
    with pytest.raises(ValueError, match="rank must be at most 0"):
        svd_factorize(np.ones((1, 9)), rank=1)


@pytest.mark.oracle("rank_for_energy", against="brute force in exact fractions", tolerance="equal")
def test_rank_for_energy_is_the_smallest_that_keeps_it() -> None:
    from fractions import Fraction

    rng = np.random.default_rng(0)
    for _ in range(200):
        s = np.sort(rng.integers(0, 9, rng.integers(1, 7)))[::-1]
        energy = Fraction(int(rng.integers(1, 17)), 16)  # exact in binary too
        total = sum(int(v) ** 2 for v in s)
        keeps = [r for r in range(1, len(s) + 1) if sum(int(v) ** 2 for v in s[:r]) >= energy * total]
        np.testing.assert_equal(rank_for_energy(s.astype(float), float(energy)), keeps[0])
    np.testing.assert_equal(rank_for_energy([5.0, 1e-9, 0.0], 1.0), 2)
    np.testing.assert_equal(rank_for_energy([1e200, 1e200], 0.9), 2)
    for bad in ([1.0, 2.0], [1.0, -1.0]):
        with pytest.raises(ValueError, match="singular_values must be at least 0 and fall"):
            rank_for_energy(bad, 0.5)
    with pytest.raises(ValueError, match=r"energy must be a number in \(0, 1\]"):
        rank_for_energy([1.0], 0.0)


@pytest.mark.oracle("rank_for_size", against="brute force over all ranks", tolerance="equal")
def test_rank_for_size_is_the_largest_that_fits() -> None:
    for m, n in ((7, 9), (64, 64), (1, 5), (30, 4)):
        for size in (0.125, 0.5, 0.75, 1.0):
            fits = [r for r in range(1, min(m, n) + 1) if r * (m + n) <= size * m * n]
            np.testing.assert_equal(rank_for_size((m, n), size), max(fits, default=1))


def test_the_energy_rule_bounds_the_error(weights: Any, frobenius: Any) -> None:
    w = weights(30, 30, 5)
    for energy in (0.5, 0.9, 0.99):
        rank = rank_for_energy(np.linalg.svd(w, compute_uv=False), energy)
        made = svd_factorize(w, rank=rank, allow_growth=True)
        assert frobenius(w, made.to_dense()) <= np.sqrt(1 - energy) * np.linalg.norm(w) * (1 + 1e-5)
