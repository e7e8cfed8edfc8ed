"""The straight-through estimator: a gradient for rounding, which has none.

    y = s (clip(rint(x / s) + z, qmin, qmax) - z),   dL/dx = dL/dy  where  qmin <= rint(x / s) + z <= qmax,  else 0

Rounding is taken for the identity; the clip is differentiated as it is.
Source: Bengio et al. 2013, arXiv:1308.3432.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.affine import QParams, dequantize, quantize

__all__ = ["straight_through"]


def straight_through(x: Any, qparams: QParams) -> tuple[np.ndarray, Callable[[Any], np.ndarray]]:
    """Return y = fake_quantize(x), float32, and the rule dL/dy -> dL/dx.

    Parameters
    ----------
    x : array of finite numbers
    qparams : QParams
        From :func:`choose_qparams` or an observer; they are taken as constants.

    Examples
    --------
    >>> from minicompress.quantization import qparams_from_range
    >>> y, backward = straight_through([0.3, 9.0], qparams_from_range(-1.0, 1.0, symmetric=True, bits=2))
    >>> y, backward([5.0, 5.0])
    (array([0., 1.], dtype=float32), array([5., 0.], dtype=float32))
    """
    values = checks.float_array(x, "x", allow_empty=True)
    codes = quantize(values, qparams)
    scale = qparams.granularity.spread(qparams.scale, values.shape)
    with np.errstate(over="ignore"):
        steps = np.rint(values / scale) + qparams.granularity.spread(qparams.zero_point, values.shape)
    inside = (steps >= qparams.qmin) & (steps <= qparams.qmax)

    def backward(grad: Any) -> np.ndarray:
        """DL/dx from dL/dy, both of the shape of x."""
        return checks.float_array(grad, "grad", shape=values.shape, allow_empty=True) * inside

    return dequantize(codes, qparams), backward
