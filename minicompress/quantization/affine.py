"""The affine quantizer: real x = s (q - z), with integers q on a fixed grid.

A range [low, high] from the data is widened to contain 0 and laid over the grid [qmin, qmax] that the bit width fixes:

    asymmetric   s = (high - low) / (2^b - 1),  z = clip(rint(qmin - low / s)),   q in [0, 2^b - 1]
    symmetric    s = max|x| / (2^(b-1) - 1),    z = 0,                            q in [-(2^(b-1) - 1), 2^(b-1) - 1]
    symmetric, full range
                 s = 2 max|x| / (2^b - 1),      z = 0,                            q in [-2^(b-1), 2^(b-1) - 1]

then q = clip(rint(x / s) + z, qmin, qmax): a true division, and halves to even.
Source: Jacob et al. 2018, arXiv:1712.05877.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.granularity import Granularity, PerAxis, PerGroup, PerTensor

__all__ = ["QParams", "choose_qparams", "dequantize", "fake_quantize", "integer_grid", "qparams_from_range", "quantize"]


@dataclasses.dataclass(frozen=True, eq=False)
class QParams:
    """What a quantizer needs to know: step, zero point, and the grid.

    Parameters
    ----------
    scale : float32
        Step s, in units of x; shape (), (n,) or (rows, groups) as the granularity says.
    zero_point : int32, same shape
        The integer that stands for 0.
    bits, qmin, qmax : int
        Width of a code and the ends of its grid.
    granularity : PerTensor, PerAxis or PerGroup
    """

    scale: np.ndarray
    zero_point: np.ndarray
    bits: int
    qmin: int
    qmax: int
    granularity: Granularity = PerTensor()  # noqa: RUF009 - frozen, so safe to share

    @property
    def dtype(self) -> np.dtype[Any]:
        """int8 where the grid has negative integers, else uint8."""
        return np.dtype(np.int8 if self.qmin < 0 else np.uint8)


def integer_grid(bits: int, *, symmetric: bool, narrow_range: bool = True) -> tuple[int, int]:
    """Return (qmin, qmax) of a ``bits``-wide code.

    >>> integer_grid(8, symmetric=False), integer_grid(8, symmetric=True)
    ((0, 255), (-127, 127))
    >>> integer_grid(4, symmetric=True, narrow_range=False)
    (-8, 7)
    """
    bits = checks.integer(bits, "bits", low=1, high=8)
    if not symmetric:
        return 0, 2**bits - 1
    top = 2 ** (bits - 1) - 1
    if top == 0:
        raise ValueError("bits must be 2 to 8 for symmetric integers: one bit has no code for 0; use symmetric=False")
    return (-top if narrow_range else -top - 1), top


def qparams_from_range(
    low: Any,
    high: Any,
    *,
    bits: int = 8,
    symmetric: bool = False,
    narrow_range: bool = True,
    granularity: Granularity | None = None,
) -> QParams:
    """Lay the real range [low, high] (widened to contain 0) over the integer grid.

    ``low`` and ``high`` are numbers or arrays in the shape that ``granularity`` gives its parameters. A range too
    small for float32 gets the step 1, so that its values become exact zeros.

    >>> p = qparams_from_range(-1.0, 2.0, bits=8)
    >>> float(p.scale), int(p.zero_point)
    (0.0117647061124444, 85)
    """
    low64 = np.minimum(np.asarray(low, np.float64), 0.0)
    high64 = np.maximum(np.asarray(high, np.float64), 0.0)
    if not (np.isfinite(low64).all() and np.isfinite(high64).all()):
        raise ValueError("low and high must be finite numbers")
    if (np.asarray(low) > np.asarray(high)).any():
        raise ValueError(f"low must not exceed high; got {low} and {high}")
    qmin, qmax = integer_grid(bits, symmetric=symmetric, narrow_range=narrow_range)
    span = 2 * np.maximum(-low64, high64) if symmetric else high64 - low64
    scale64 = span / (qmax - qmin)
    empty = scale64 < np.finfo(np.float32).tiny
    scale64 = np.where(empty, 1.0, scale64)
    zero = np.zeros_like(scale64) if symmetric else np.clip(np.rint(qmin - low64 / scale64), qmin, qmax)
    zero = np.where(empty, 0, zero)
    scale = _within_float32(scale64, np.maximum(zero - qmin, qmax - zero))
    return QParams(scale, np.asarray(zero, np.int32), int(bits), qmin, qmax, granularity or PerTensor())


def _within_float32(scale64: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Round the step to float32 so that ``steps`` of it, the far end of the grid, are a float32 too."""
    largest = float(np.finfo(np.float32).max)
    scale = np.asarray(scale64, np.float32)
    scale = np.where(scale * steps > largest, np.nextafter(scale, np.float32(0)), scale)
    if (scale * steps > largest).any():
        raise ValueError(
            f"the grid reaches {float((scale * steps).max()):.4g}, beyond float32: values this near its end, "
            f"{largest:.4g}, need symmetric=True and narrow_range=True, or to be scaled down"
        )
    return scale


def choose_qparams(
    x: Any,
    *,
    bits: int = 8,
    symmetric: bool = True,
    granularity: Granularity | None = None,
    narrow_range: bool = True,
) -> QParams:
    """Return the parameters whose range is the smallest and the largest value of each group of ``x``.

    Parameters
    ----------
    x : array of finite numbers
    bits : int, 1 to 8 (2 to 8 if symmetric)
    symmetric : bool
        True: zero point 0, signed codes. False: the whole range is used, unsigned codes.
    granularity : PerTensor() (default), PerAxis(axis) or PerGroup(group_size)
    narrow_range : bool
        For symmetric codes: divide by 2^(b-1) - 1 and leave the lowest code unused (default), or by (2^b - 1) / 2.

    Examples
    --------
    >>> w = np.float32([[-1.0, 0.5], [0.25, 0.1]])
    >>> choose_qparams(w, bits=8, granularity=PerAxis(0)).scale
    array([0.00787402, 0.0019685 ], dtype=float32)
    """
    granularity = granularity or PerTensor()
    if not isinstance(granularity, PerTensor | PerAxis | PerGroup):
        raise TypeError(f"granularity must be PerTensor(), PerAxis(axis) or PerGroup(size); got {granularity!r}")
    values = checks.float_array(x, "x")
    groups, shape = granularity.reduced(values)
    low, high = groups.min(axis=1).reshape(shape), groups.max(axis=1).reshape(shape)
    return qparams_from_range(
        low, high, bits=bits, symmetric=symmetric, narrow_range=narrow_range, granularity=granularity
    )


def _spread(qparams: QParams, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(qparams, QParams):
        raise TypeError(f"qparams must come from choose_qparams or an observer; got {checks.describe(qparams)}")
    scale = qparams.granularity.spread(qparams.scale, shape)
    try:
        if np.broadcast_shapes(scale.shape, shape) != shape:
            raise ValueError
    except ValueError:
        raise ValueError(
            f"x has shape {shape}, which does not fit parameters of shape {qparams.scale.shape} "
            f"chosen {qparams.granularity}"
        ) from None
    return scale, qparams.granularity.spread(qparams.zero_point, shape)


def quantize(x: Any, qparams: QParams) -> np.ndarray:
    """Return the integers q = clip(rint(x / s) + z, qmin, qmax): int8 or uint8, of the shape of ``x``.

    >>> p = choose_qparams([-1.0, 1.0], bits=8)
    >>> quantize([-2.0, 0.0, 0.5], p)
    array([-127,    0,   64], dtype=int8)
    """
    values = checks.float_array(x, "x", allow_empty=True)
    scale, zero_point = _spread(qparams, values.shape)
    with np.errstate(over="ignore"):  # far outside the range x / s may be infinite; the clip brings it back
        steps = np.rint(values / scale) + zero_point
    return np.clip(steps, qparams.qmin, qparams.qmax).astype(qparams.dtype)


def dequantize(q: Any, qparams: QParams) -> np.ndarray:
    """Return the reals s (q - z), float32, of the shape of ``q``.

    >>> p = choose_qparams([-1.0, 1.0], bits=8)
    >>> dequantize([-127, 0, 64], p)
    array([-1.      ,  0.      ,  0.503937], dtype=float32)
    """
    codes = checks.int_array(q, "q", low=qparams.qmin, high=qparams.qmax)
    scale, zero_point = _spread(qparams, codes.shape)
    return ((codes.astype(np.int32) - zero_point) * scale).astype(np.float32)


def fake_quantize(x: Any, qparams: QParams) -> np.ndarray:
    """Return dequantize(quantize(x)): float32 values that lie on the grid.

    >>> fake_quantize([0.26, 5.0], choose_qparams([-1.0, 1.0], bits=3))
    array([0.33333334, 1.        ], dtype=float32)
    """
    return dequantize(quantize(x, qparams), qparams)
