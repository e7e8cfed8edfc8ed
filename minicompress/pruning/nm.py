"""N:M sparsity: of every M neighbouring inputs a row keeps N. 2:4 is what sparse tensor cores multiply.

The pattern costs ceil(log2 M) index bits a kept value, against 16 or 32 in CSR, and every row does the same work; the
price is that the weights that stay are not the best of the row, but the best of each four.
Source: Mishra et al. 2021, arXiv:2104.08378.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.ranking import checked_score, checked_weights, keep_largest

__all__ = ["nm_mask"]


def nm_mask(w: Any, *, n: int, m: int, score: Any = None) -> np.ndarray:
    """Return the mask that keeps ``n`` of each ``m`` consecutive weights of ``w`` (..., in): boolean, True = kept.

    Parameters
    ----------
    w : array of finite numbers (..., in)
        Ranked by magnitude, unless ``score`` is given.
    n, m : int
        0 <= n <= m; m must divide in.
    score : array of the shape of ``w``, optional
        Larger = kept first; it may be negative. Of equal scores those that come first go.

    Examples
    --------
    >>> nm_mask([[1, -4, 3, 2, 0, 0, 0, 0]], n=2, m=4)
    array([[False,  True,  True, False, False, False,  True,  True]])
    """
    values = checked_weights(w)
    width = checks.integer(m, "m", low=1)
    kept = checks.integer(n, "n", low=0, high=width)
    if values.ndim == 0 or values.shape[-1] % width:
        raise ValueError(f"m = {width} must divide the last axis of w; got {checks.describe(values)}")
    ranked = np.abs(values) if score is None else checked_score(score, values.shape)
    groups = ranked.reshape(*values.shape[:-1], values.shape[-1] // width, width)
    return keep_largest(groups, width - kept).reshape(values.shape)
