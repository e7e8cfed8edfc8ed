"""The truncated SVD: the best approximation of a rank, whatever the inputs will be."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.lowrank.factors import balanced
from minicompress.lowrank.ranks import checked_rank
from minicompress.tensors import LowRankMatrix

__all__ = ["svd_factorize"]


def svd_factorize(w: Any, *, rank: int, allow_growth: bool = False) -> LowRankMatrix:
    """Return W_r = sum_{i <= rank} s_i u_i v_i^T, the closest matrix of that rank, as (U sqrt(S)) (sqrt(S) V^T).

        ||W - W_r||_F^2 = sum_{i > rank} s_i^2,   ||W - W_r||_2 = s_(rank + 1)

    Source: Eckart and Young 1936, doi:10.1007/BF02288367.

    Parameters
    ----------
    w : (out, in), finite
    rank : int, 1 to min(out, in)
    allow_growth : bool
        Take a rank whose factors are no smaller than ``w``, see ``break_even_rank``.

    Raises
    ------
    ValueError
        If the rank is past break-even, or ``w`` is empty, not finite, or of a norm beyond float32.

    Examples
    --------
    >>> w = np.outer([1.0, 2.0, 2.0], [3.0, 0.0, 4.0])
    >>> svd_factorize(w, rank=1).to_dense()
    array([[3., 0., 4.],
           [6., 0., 8.],
           [6., 0., 8.]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2).astype(np.float64)
    rank = checked_rank(rank, weights.shape, allow_growth=allow_growth)
    u, s, vt = np.linalg.svd(weights, full_matrices=False)
    return balanced(u[:, :rank], s[:rank, None] * vt[:rank])
