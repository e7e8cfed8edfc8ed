"""LSQ: learn the step of a quantizer along with the weights.

With v = x / s and symmetric integers,

    y = s rint(clip(v, qmin, qmax)),   dL/dx = dL/dy  where  qmin < v < qmax,  else 0
    dy/ds = rint(v) - v  inside,  qmin or qmax  outside;   dL/ds = g sum dL/dy dy/ds,   g = 1 / sqrt(N qmax)

dy/ds is what is left of d(s rint(x/s))/ds when rint is taken for the identity only in its derivative. g puts the
step's gradient on the scale of the weights'. Source: Esser et al. 2019, arXiv:1902.08153.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["learned_step", "initial_step"]

Backward = Callable[[Any], tuple[np.ndarray, np.ndarray]]


def initial_step(x: Any, *, qmax: int) -> float:
    """Return the step to start from, 2 mean|x| / sqrt(qmax) (1 for zeros).

    >>> initial_step([-1.0, 3.0], qmax=4)
    2.0
    """
    values = checks.float_array(x, "x", dtype=np.float64)
    top = checks.integer(qmax, "qmax", low=1)
    return float(2 * (np.abs(values) / values.size).sum() / np.sqrt(top)) or 1.0


def learned_step(x: Any, scale: Any, *, qmin: int, qmax: int) -> tuple[np.ndarray, Backward]:
    """Return y (shape of ``x``) and the rule dL/dy -> (dL/dx, dL/ds), in float32, or float64 for float64.

    Parameters
    ----------
    x : array of finite numbers
    scale : positive number s, or an array that broadcasts against ``x``, such as (out, 1) for one step a row
        Its gradient has its shape; N is the number of values that share a step.
    qmin, qmax : int
        Ends of the grid, qmin <= 0 < qmax: (0, 2^b - 1) for activations, (-2^(b-1), 2^(b-1) - 1) for weights.

    Examples
    --------
    >>> y, backward = learned_step(np.array([0.3, 1.6, 9.0]), 1.0, qmin=0, qmax=3)
    >>> y, backward(np.ones(3))  # (-0.3 + 0.4 + 3) / sqrt(3 * 3)
    (array([0., 2., 3.]), (array([1., 1., 0.]), array(1.03333333)))
    """
    values = checks.float_array(x, "x", dtype=None)
    step = checks.float_array(scale, "scale", dtype=values.dtype)
    low, high = checks.integer(qmin, "qmin", high=0), checks.integer(qmax, "qmax", low=1)
    if (step <= 0).any():
        raise ValueError(f"scale must be positive; got a minimum of {step.min():.3g}")
    lead = values.shape[values.ndim - step.ndim :]
    if step.ndim > values.ndim or any(n not in (1, m) for n, m in zip(step.shape, lead, strict=True)):
        raise ValueError(f"scale of shape {step.shape} must broadcast against x of shape {values.shape}")
    with np.errstate(over="ignore"):
        v = values / step
    inside = (v > low) & (v < high)
    rounded = np.rint(np.clip(v, low, high))
    by_scale = np.where(inside, rounded - np.where(inside, v, 0), rounded)
    share = 1 / np.sqrt(values.size / step.size * high)

    def backward(grad: Any) -> tuple[np.ndarray, np.ndarray]:
        """(dL/dx, dL/ds) from dL/dy of the shape of x."""
        g = checks.float_array(grad, "grad", shape=values.shape, dtype=values.dtype)
        return g * inside, _sum_to(g * by_scale * values.dtype.type(share), step.shape)

    return checks.float_array(rounded * step, "scale * code", dtype=values.dtype), backward


def _sum_to(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum over the axes along which ``shape`` was broadcast."""
    lead = values.ndim - len(shape)
    axes = tuple(i for i in range(values.ndim) if i < lead or shape[i - lead] == 1)
    return np.asarray(values.sum(axis=axes, keepdims=True).reshape(shape), values.dtype)
