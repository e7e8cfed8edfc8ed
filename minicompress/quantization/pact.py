"""PACT: learn where to clip activations after a ReLU.

    y = s rint(clip(x, 0, alpha) / s),   s = alpha / (2^b - 1)
    dL/dx = dL/dy  where  0 < x < alpha,  else 0;      dL/dalpha = sum of dL/dy  where  x >= alpha

alpha is trained with weight decay, which trades clipping against the size of the step.
Source: Choi et al. 2018, arXiv:1805.06085.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["learned_clip"]


def learned_clip(x: Any, alpha: float, *, bits: int) -> tuple[np.ndarray, Callable[[Any], tuple[np.ndarray, float]]]:
    """Return y (shape of ``x``) and the rule dL/dy -> (dL/dx, dL/dalpha), in float32, or float64 for float64.

    Parameters
    ----------
    x : array of finite numbers
    alpha : positive number
        The level at which activations are clipped, in units of x.
    bits : int, 1 to 8

    Examples
    --------
    >>> y, backward = learned_clip(np.array([-1.0, 0.6, 2.0, 5.0]), 3.0, bits=2)
    >>> y, backward(np.ones(4))
    (array([0., 1., 2., 3.]), (array([0., 1., 1., 0.]), 1.0))
    """
    values = checks.float_array(x, "x", dtype=None)
    level = values.dtype.type(checks.real(alpha, "alpha", low=0, high=float(np.finfo(values.dtype).max)))
    steps = 2 ** checks.integer(bits, "bits", low=1, high=8) - 1
    step = level / values.dtype.type(steps)
    if step < np.finfo(values.dtype).tiny:
        raise ValueError(f"alpha must be a positive number with room for {steps} steps; got {alpha}")
    clipped = np.clip(values, 0, level)
    inside, above = (values > 0) & (values < level), values >= level

    def backward(grad: Any) -> tuple[np.ndarray, float]:
        """(dL/dx, dL/dalpha) from dL/dy of the shape of x."""
        g = checks.float_array(grad, "grad", shape=values.shape, dtype=values.dtype)
        return g * inside, float(g.sum(where=above, dtype=np.float64))

    return np.rint(clipped / step) * step, backward
