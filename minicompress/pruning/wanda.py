"""Wanda: a weight counts as much as the activations that it meets, and competes only within its output.

    score_ij = |w_ij| ||X_j||_2

No gradient, no Hessian, no update of the weights that stay. Large activation channels protect small weights, which
magnitude alone would drop. For N:M, pass the score to ``nm_mask``. Source: Sun et al. 2023, arXiv:2306.11695.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.scores import within_range
from minicompress.pruning.unstructured import row_mask

__all__ = ["input_norm", "wanda_mask", "wanda_score"]


def input_norm(x: Any) -> np.ndarray:
    """Return ||X_j||_2 of each input channel of ``x`` (..., in): float64 (in,).

    Norms of batches combine as ``np.sqrt(a**2 + b**2)``.

    >>> input_norm([[3.0, 0.0], [4.0, 2.0]])
    array([5., 2.])
    """
    values = checks.float_array(x, "x", dtype=np.float64)
    if values.ndim == 0:
        raise ValueError(f"x must have shape (..., in_features); got {checks.describe(values)}")
    largest = np.abs(values).max() or 1.0  # squares must not overflow
    with np.errstate(over="ignore"):
        return within_range(largest * np.sqrt(((values.reshape(-1, values.shape[-1]) / largest) ** 2).sum(axis=0)))


def wanda_score(w: Any, x_norm: Any) -> np.ndarray:
    """Return |w_ij| ||X_j||, float64 (out, in).

    >>> wanda_score([[1.0, -3.0]], [9.0, 1.0])
    array([[9., 3.]])
    """
    weights = checks.float_array(w, "w", ndim=2, dtype=np.float64)
    norm = checks.float_array(x_norm, "x_norm", shape=(weights.shape[1],), dtype=np.float64)
    if (norm < 0).any():
        raise ValueError(f"x_norm must be at least 0; got a minimum of {norm.min():.3g}")
    with np.errstate(over="ignore"):
        return within_range(np.abs(weights) * norm)


def wanda_mask(w: Any, x_norm: Any, *, sparsity: float) -> np.ndarray:
    """Return the mask (out, in) that drops the k = rint(in * sparsity) lowest scores of each row.

    Parameters
    ----------
    w : (out, in), finite
    x_norm : (in,), at least 0
        From :func:`input_norm` of calibration inputs.
    sparsity : float in [0, 1]
        Of every row; of equal scores those that come first go.

    Examples
    --------
    >>> wanda_mask([[1, 2], [2, 1]], [9, 1], sparsity=0.5)
    array([[ True, False],
           [ True, False]])
    """
    return row_mask(w, sparsity=sparsity, score=wanda_score(w, x_norm))
