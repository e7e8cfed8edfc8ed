"""L1 by proximal steps: weights reach zero exactly, which a subgradient of |w| never makes them do.

    w <- prox(w - lr g),   prox(v) = sign(v) max(|v| - lr strength, 0)

One step of proximal gradient descent on loss(w) + strength ||w||_1.
Source: Parikh and Boyd 2014, "Proximal Algorithms", section 4.2 and 6.5.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops

__all__ = ["proximal_step", "soft_threshold"]


def soft_threshold(w: Any, threshold: float) -> np.ndarray:
    """Return sign(w) max(|w| - threshold, 0): float32, or float64 for float64.

    >>> soft_threshold([3.0, 0.5, -2.0], 1.0)
    array([ 2.,  0., -1.])
    """
    values = checks.float_array(w, "w", dtype=None)
    return ops.soft_threshold(values, checks.real(threshold, "threshold", low=0))


def proximal_step(w: Any, grad: Any, *, lr: float, strength: float) -> np.ndarray:
    """Return the weights after one step on loss + ``strength`` * ||w||_1, ``grad`` being that of the loss alone.

    Parameters
    ----------
    w, grad : arrays of one shape, finite
    lr : float > 0
        At most 1 / L for a loss with an L-Lipschitz gradient, or the objective may rise.
    strength : float >= 0

    Examples
    --------
    >>> proximal_step([1.0, 0.1], [1.0, 0.0], lr=0.1, strength=2.0)
    array([0.7, 0. ])
    """
    values = checks.float_array(w, "w", dtype=None)
    slope = checks.float_array(grad, "grad", shape=values.shape, dtype=values.dtype)
    step = checks.real(lr, "lr", low=0, open_low=True)
    with np.errstate(over="ignore"):
        moved = checks.float_array(values - values.dtype.type(step) * slope, "w - lr grad", dtype=values.dtype)
    return ops.soft_threshold(moved, step * checks.real(strength, "strength", low=0))
