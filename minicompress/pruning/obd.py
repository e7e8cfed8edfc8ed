"""Optimal brain damage: what the loss would rise by without a weight, if the Hessian were diagonal.

    dL ~ g dw + dw^T H dw / 2;   at a minimum g = 0, and with H diagonal   score = H_jj w_j^2 / 2

Magnitude pruning is the case H = I; Wanda's score is the root of this one for a linear layer, up to a constant, as
H_jj = 2 ||X_j||^2 / n. Source: LeCun, Denker and Solla 1990, "Optimal Brain Damage".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.scores import within_range

__all__ = ["obd_score"]


def obd_score(w: Any, hessian_diagonal: Any) -> np.ndarray:
    """Return H_jj w_j^2 / 2, float64, of the shape of ``w``.

    Parameters
    ----------
    w : array of finite numbers
    hessian_diagonal : array that broadcasts to the shape of ``w``, at least 0
        (in,) for a linear layer, whose rows share H: ``np.diagonal(hessian_from(x))``.

    Examples
    --------
    >>> obd_score([[1.0, 2.0]], [8.0, 1.0])  # the larger weight meets the smaller input
    array([[4., 2.]])
    """
    values = checks.float_array(w, "w", dtype=np.float64)
    curvature = checks.float_array(hessian_diagonal, "hessian_diagonal", dtype=np.float64)
    if (curvature < 0).any():
        raise ValueError(f"hessian_diagonal must be at least 0; got a minimum of {curvature.min():.3g}")
    if curvature.ndim > values.ndim or any(
        a not in (1, b) for a, b in zip(curvature.shape[::-1], values.shape[::-1], strict=False)
    ):
        raise ValueError(f"hessian_diagonal of shape {curvature.shape} must broadcast to w of shape {values.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        return within_range(curvature * values**2 / 2)
