"""A factorized embedding: a thin table, looked up as before, and one small matrix behind it."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.lowrank.factors import balanced
from minicompress.lowrank.ranks import checked_rank
from minicompress.tensors import LowRankMatrix

__all__ = ["factorize_embedding"]


def factorize_embedding(table: Any, *, rank: int, counts: Any = None, allow_growth: bool = False) -> LowRankMatrix:
    """Return E ~ (E V_r) V_r^T, V_r the leading right singular vectors of diag(sqrt(counts)) E.

    It minimises sum_v counts_v ||e_v - e'_v||^2, so that frequent tokens are kept best; without counts it is the
    truncated SVD. A lookup reads r numbers of a token and multiplies them by the (r, width) factor.
    Source: Lan et al. 2019 (ALBERT), arXiv:1909.11942, section 3.1; weighting: Chen et al. 2018 (GroupReduce),
    arXiv:1806.06950.

    Parameters
    ----------
    table : (vocabulary, width), finite
    rank : int, 1 to min(vocabulary, width)
    counts : (vocabulary,), >= 0, optional
        How often each token occurs; not all 0.
    allow_growth : bool
        Take a rank whose factors are no smaller than ``table``, see ``break_even_rank``.

    Examples
    --------
    >>> table = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    >>> e = factorize_embedding(table, rank=1, counts=[1, 9, 9, 1, 1])  # the frequent tokens lie on the second axis
    >>> e.take_rows([1, 0]).round(4) + 0.0
    array([[0., 1.],
           [0., 0.]], dtype=float32)
    """
    e = checks.float_array(table, "table", ndim=2).astype(np.float64)
    rank = checked_rank(rank, e.shape, allow_growth=allow_growth)
    weighted = e
    if counts is not None:
        often = checks.float_array(counts, "counts", shape=(len(e),), dtype=np.float64)
        if (often < 0).any() or not often.any():
            raise ValueError(f"counts must be at least 0 and not all 0; got {checks.describe(often)}")
        weighted = np.sqrt(often / often.max())[:, None] * e
    _, _, vt = np.linalg.svd(weighted, full_matrices=False)
    return balanced(e @ vt[:rank].T, vt[:rank])
