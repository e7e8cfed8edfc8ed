"""Randomized SVD: scikit-learn, the exact SVD, the bound of its theorem, and the adaptive rank."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress.lowrank import randomized_svd, rank_for_error


@pytest.mark.oracle("randomized_svd", against="sklearn.utils.extmath.randomized_svd", tolerance="1e-6 of ||a||")
@pytest.mark.parametrize("shape", [(120, 60), (60, 120)])
def test_it_agrees_with_scikit_learn(shape: tuple[int, int], weights: Any) -> None:
    """Other random numbers, the same matrix: on a falling spectrum both find the exact product."""
    extmath = pytest.importorskip("sklearn.utils.extmath")
    a = weights(*shape, 0, decay=0.6)
    u, s, vt = randomized_svd(a, rank=8, rng=np.random.default_rng(1))
    theirs = extmath.randomized_svd(a, 8, n_iter=4, power_iteration_normalizer="QR", random_state=2)
    np.testing.assert_allclose(s, theirs[1], rtol=1e-8)
    np.testing.assert_allclose((u * s) @ vt, (theirs[0] * theirs[1]) @ theirs[2], atol=1e-6)


@pytest.mark.oracle("randomized_svd", against="numpy.linalg.svd", tolerance="1e-8 of ||a||")
def test_it_agrees_with_the_exact_svd(weights: Any) -> None:
    a = 1e30 * weights(80, 50, 3, decay=0.6)
    u, s, vt = randomized_svd(a, rank=6, n_iter=6, rng=np.random.default_rng(0))
    exact = np.linalg.svd(a, full_matrices=False)
    np.testing.assert_allclose(s, exact[1][:6], rtol=1e-10)
    np.testing.assert_allclose((u * s) @ vt, (exact[0][:, :6] * exact[1][:6]) @ exact[2][:6], atol=1e22)
    np.testing.assert_allclose(u.T @ u, np.eye(6), atol=1e-12)
    np.testing.assert_allclose(vt @ vt.T, np.eye(6), atol=1e-12)


def test_without_iterations_the_expected_error_is_within_its_theorem(weights: Any) -> None:
    """Theorem 10.5 of 0909.4061 bounds the mean over Gaussians of ||A - Q Q^T A||_F; 40 draws stand for it."""
    a, rank, p = weights(90, 60, 4, decay=0.97), 10, 6
    tail = np.sqrt(np.sum(np.linalg.svd(a, compute_uv=False)[rank:] ** 2))
    errors = []
    for seed in range(40):
        # All rank + p directions: the theorem speaks of Q before the truncation.
        u, s, vt = randomized_svd(a, rank=rank + p, oversample=0, n_iter=0, rng=np.random.default_rng(seed))
        errors.append(np.linalg.norm(a - (u * s) @ vt))
    assert np.mean(errors) <= np.sqrt(1 + rank / (p - 1)) * tail
    assert np.mean(errors) > 0.8 * tail


def test_power_iterations_and_oversampling_help(weights: Any) -> None:
    a = weights(100, 80, 5, decay=0.97)  # a flat spectrum is the hard case
    best = np.sqrt(np.sum(np.linalg.svd(a, compute_uv=False)[10:] ** 2))

    def mean_error(**options: int) -> float:
        found = []
        for seed in range(10):
            u, s, vt = randomized_svd(a, rank=10, rng=np.random.default_rng(seed), **options)
            found.append(np.linalg.norm(a - (u * s) @ vt))
        return float(np.mean(found)) / best

    plain = mean_error(n_iter=0, oversample=0)
    assert plain > mean_error(n_iter=0, oversample=10) > mean_error(n_iter=2, oversample=10) >= 1
    assert mean_error(n_iter=4, oversample=10) < 1.01
    assert plain > 1.1


def test_orthogonalising_keeps_directions_that_plain_powers_drown() -> None:
    """Singular values 1 and 1e-6: after 4 plain power iterations the second stands at 1e-54 of the first, lost."""
    rng = np.random.default_rng(6)
    u, v = (np.linalg.qr(rng.standard_normal((40, 2)))[0] for _ in range(2))
    a = (u * [1.0, 1e-6]) @ v.T
    s = randomized_svd(a, rank=2, oversample=0, n_iter=4, rng=np.random.default_rng(0))[1]
    np.testing.assert_allclose(s, [1.0, 1e-6], rtol=1e-8)
    y = a @ rng.standard_normal((40, 2))
    for _ in range(4):
        y = a @ (a.T @ y)
    naive = np.linalg.svd(np.linalg.qr(y)[0].T @ a, compute_uv=False)
    assert naive[1] < 0.5e-6


def test_the_draw_is_the_rng_s_and_arguments_are_checked(weights: Any) -> None:
    a = weights(30, 20, 7)
    kept = a.copy()
    one, two = (randomized_svd(a, rank=4, n_iter=0, rng=np.random.default_rng(s))[1] for s in (0, 0))
    np.testing.assert_array_equal(one, two)
    assert (one != randomized_svd(a, rank=4, n_iter=0, rng=np.random.default_rng(1))[1]).any()
    np.testing.assert_array_equal(a, kept)
    u, s, vt = randomized_svd(np.zeros((5, 3)), rank=2, rng=np.random.default_rng(0))
    assert not s.any()
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        randomized_svd(a, rank=4, rng=0)
    with pytest.raises(ValueError, match="rank must be an integer from 1 to 20"):
        randomized_svd(a, rank=21, rng=np.random.default_rng(0))
    for option in ("oversample", "n_iter"):
        with pytest.raises(ValueError, match=f"{option} must be an integer of at least 0"):
            randomized_svd(a, rank=1, rng=np.random.default_rng(0), **{option: -1})


@pytest.mark.oracle("rank_for_error", against="the smallest rank by numpy.linalg.svd", tolerance="never below, 1 above")
@pytest.mark.parametrize("error", [0.5, 0.1, 0.01, 1e-4, 1e-9])
@pytest.mark.parametrize("shape", [(70, 40), (40, 70)])
def test_the_adaptive_rank_is_enough_and_hardly_more(error: float, shape: tuple[int, int], weights: Any) -> None:
    a = weights(*shape, 8, decay=0.8)
    s = np.linalg.svd(a, compute_uv=False)
    lost = np.sqrt(np.append(np.cumsum(s[::-1] ** 2)[::-1], 0))
    best = int(np.argmax(lost <= error * lost[0]))
    for block in (1, 8, 100):
        rank = rank_for_error(a, error=error, block=block, rng=np.random.default_rng(0))
        assert best <= rank <= best + 1


def test_the_adaptive_rank_at_its_ends(weights: Any) -> None:
    rng = np.random.default_rng(0)
    assert rank_for_error(np.zeros((4, 6)), error=0.1, rng=rng) == 1
    assert rank_for_error(weights(9, 5, 0), error=1.0, rng=rng) == 1
    assert rank_for_error(np.eye(5), error=1e-12, rng=rng) == 5
    assert rank_for_error(np.outer(np.ones(9), np.arange(7)), error=1e-12, rng=rng) == 1
    with pytest.raises(ValueError, match="error must be a number in"):
        rank_for_error(np.eye(3), error=0.0, rng=rng)
