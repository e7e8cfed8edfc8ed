"""Low rank plus sparse: what all weights share in two factors, the few that do not fit as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.lowrank.ranks import checked_rank
from minicompress.lowrank.svd import svd_factorize
from minicompress.tensors import CSRMatrix, SumMatrix

__all__ = ["low_rank_plus_sparse"]


def low_rank_plus_sparse(
    w: Any, *, rank: int, density: float, n_iter: int = 4, allow_growth: bool = False
) -> SumMatrix:
    """Return W ~ L + S, L of that rank and S with k = rint(density * size) entries, by turns.

        L = best rank-r approximation of W - S,   S = the k largest magnitudes of W - L   (S = 0 at first)

    Each half step is the best for the other part held fixed, so ||W - L - S||_F never rises.
    Source: Zhou and Tao 2011 (GoDec), ICML; for language models Li et al. 2023 (LoSparse), arXiv:2306.11222.

    Parameters
    ----------
    w : (out, in), finite
    rank : int, 1 to min(out, in)
    density : float in [0, 1]
        Share of entries kept beside the factors; of equal magnitudes the first in C order stay.
    n_iter : int >= 1
    allow_growth : bool
        Store the sum even where it takes no fewer bytes than ``w`` in float32.

    Examples
    --------
    >>> w = np.ones((16, 16))
    >>> w[3, 4] = 9.0
    >>> parts = low_rank_plus_sparse(w, rank=1, density=1 / 256, n_iter=8)
    >>> parts.second.indices, float(np.abs(parts.to_dense() - w).max()) < 1e-2
    (array([4], dtype=uint16), True)
    """
    weights = checks.float_array(w, "w", ndim=2).astype(np.float64)
    rank = checked_rank(rank, weights.shape, allow_growth=allow_growth)
    share = checks.real(density, "density", low=0, high=1)
    n_iter = checks.integer(n_iter, "n_iter", low=1)
    k = int(np.rint(share * weights.size))
    sparse = np.zeros_like(weights)
    for _ in range(n_iter):
        low_rank = svd_factorize(weights - sparse, rank=rank, allow_growth=True)
        sparse = _largest(weights - low_rank.to_dense(), k)
    parts = SumMatrix(low_rank, CSRMatrix.from_dense(sparse))
    if parts.nbytes >= 4 * weights.size and not allow_growth:
        raise ValueError(
            f"rank {rank} and density {share:g} take {parts.nbytes} bytes, not fewer than the {4 * weights.size} of w; "
            "allow_growth=True stores them all the same"
        )
    return parts


def _largest(residual: np.ndarray, k: int) -> np.ndarray:
    """``residual`` with all but its k largest magnitudes set to 0."""
    kept = np.argsort(-np.abs(residual), axis=None, kind="stable")[:k]
    sparse = np.zeros(residual.size)
    sparse[kept] = residual.reshape(-1)[kept]
    return sparse.reshape(residual.shape)
