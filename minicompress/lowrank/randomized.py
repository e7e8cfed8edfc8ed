"""The SVD from a random sample of the column space: a few passes over a large matrix instead of a full factorization.

    Y = (A A^T)^q A Omega,  Omega (n, rank + oversample) Gaussian;   Y = Q R;   Q^T A = B = U' S V^T;   U = Q U'

Each product of the power iteration is orthogonalised, without which the small directions drown in rounding.
Source: Halko, Martinsson and Tropp 2009, arXiv:0909.4061, algorithms 4.4 and 5.1. Adaptive rank: Martinsson and
Voronin 2015, arXiv:1503.07157.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["randomized_svd", "rank_for_error"]


def randomized_svd(
    a: Any, *, rank: int, oversample: int = 10, n_iter: int = 4, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return approximately the first ``rank`` singular triples of ``a``.

    Without power iterations (n_iter = 0) and with oversample p >= 2 the expected error of Q is within a factor
    sqrt(1 + rank / (p - 1)) of the best in the Frobenius norm; iterations bring it to 1 fast.

    Parameters
    ----------
    a : (m, n), finite
    rank : int, 1 to min(m, n)
    oversample : int >= 0
    n_iter : int >= 0
        Power iterations; each passes over ``a`` twice.
    rng : numpy.random.Generator

    Returns
    -------
    u : (m, rank), s : (rank,) falling, vt : (rank, n); float64

    Examples
    --------
    >>> a = np.outer(np.arange(6.0), np.ones(5))
    >>> u, s, vt = randomized_svd(a, rank=1, rng=np.random.default_rng(0))
    >>> s.round(6), np.allclose(u * s @ vt, a)
    (array([16.583124]), True)
    """
    matrix, scale = _unit_scale(a)
    rank = checks.integer(rank, "rank", low=1, high=min(matrix.shape))
    extra = checks.integer(oversample, "oversample", low=0)
    n_iter = checks.integer(n_iter, "n_iter", low=0)
    width = min(rank + extra, min(matrix.shape))
    q = _range_of(matrix, width, n_iter, checks.generator(rng))
    u, s, vt = np.linalg.svd(q.T @ matrix, full_matrices=False)
    return q @ u[:, :rank], scale * s[:rank], vt[:rank]


def rank_for_error(a: Any, *, error: float, block: int = 8, n_iter: int = 1, rng: np.random.Generator) -> int:
    """Return a rank r, never too small and seldom larger than the best, with ||A - A_r||_F <= error ||A||_F.

    Directions are found in blocks and taken off the matrix until what is left is small enough; the SVD of what was
    taken then drops those that are not needed. The error is measured on the residual itself, not estimated.

    Parameters
    ----------
    a : (m, n), finite
    error : float in [1e-12, 1]
        Relative, in the Frobenius norm.
    block : int >= 1
    n_iter : int >= 0
    rng : numpy.random.Generator

    Examples
    --------
    >>> a = np.diag([4.0, 2.0, 0.1, 0.1])
    >>> rank_for_error(a, error=0.05, rng=np.random.default_rng(0))
    2
    """
    residual, _ = _unit_scale(a)
    error = checks.real(error, "error", low=1e-12, high=1)
    block = checks.integer(block, "block", low=1)
    n_iter, rng = checks.integer(n_iter, "n_iter", low=0), checks.generator(rng)
    full = min(residual.shape)
    allowed = (error * np.linalg.norm(residual)) ** 2
    basis, found = np.zeros((residual.shape[0], 0)), np.zeros((0, residual.shape[1]))
    while basis.shape[1] < full and np.linalg.norm(residual) ** 2 > allowed:
        q = _range_of(residual, min(block, full - basis.shape[1]), n_iter, rng)
        q, _ = np.linalg.qr(q - basis @ (basis.T @ q))  # rounding lets the new directions lean on the old
        part = q.T @ residual
        residual = residual - q @ part
        basis, found = np.hstack([basis, q]), np.vstack([found, part])
    if not len(found):
        return 1
    squares = np.linalg.svd(found, compute_uv=False) ** 2
    lost = np.linalg.norm(residual) ** 2 + np.append(np.cumsum(squares[::-1])[::-1], 0.0)
    return max(1, int(np.argmax(lost <= allowed))) if lost[-1] <= allowed else full


def _unit_scale(a: Any) -> tuple[np.ndarray, float]:
    """``a`` as float64 divided by its largest magnitude, so that no square overflows, and that magnitude."""
    matrix = checks.float_array(a, "a", ndim=2, dtype=np.float64)
    scale = float(np.abs(matrix).max()) or 1.0
    return matrix / scale, scale


def _range_of(a: np.ndarray, width: int, n_iter: int, rng: np.random.Generator) -> np.ndarray:
    """Orthonormal (m, width) whose span holds most of what ``a`` does."""
    q, _ = np.linalg.qr(a @ rng.standard_normal((a.shape[1], width)))
    for _ in range(n_iter):
        q, _ = np.linalg.qr(a.T @ q)
        q, _ = np.linalg.qr(a @ q)
    return q
