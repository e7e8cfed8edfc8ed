"""Inference in integers alone: int32 accumulation, an int32 bias, and a fixed-point multiplier in place of a float.

With x = s_x (q_x - z_x), w = s_w q_w and y = s_y (q_y - z_y), y = W x + b becomes

    acc = sum_j q_w (q_x - z_x) + q_b,   q_b = rint(b / (s_w s_x))           exact in int32
    q_y = clip(round(M acc) + z_y),      M = s_w s_x / s_y = m 2^-n          m an int32 in [2^30, 2^31)

and round(M acc) = (acc m + 2^(n-1)) >> n in 64-bit integers: one rounding, halves up. (gemmlowp rounds twice and may
differ by one; ONNX Runtime multiplies in float32 and differs on about one code in a thousand.)
Source: Jacob et al. 2018, arXiv:1712.05877, section 2.2.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.affine import QParams, choose_qparams, quantize
from minicompress.quantization.granularity import PerAxis, PerTensor

__all__ = ["IntegerLinear", "quantize_multiplier", "requantize"]


def quantize_multiplier(multiplier: Any) -> tuple[np.ndarray, np.ndarray]:
    """Write positive reals as m 2^-n with m an integer in [2^30, 2^31): (m int64, n int64), relative error <= 2^-31.

    >>> m, n = quantize_multiplier([0.75])
    >>> m, n
    (array([1610612736]), array([31]))
    """
    values = checks.float_array(multiplier, "multiplier", dtype=np.float64)
    if (values <= 0).any():
        raise ValueError(f"multiplier must be positive; got a minimum of {values.min()}")
    fraction, exponent = np.frexp(values)  # value = fraction 2^exponent, fraction in [0.5, 1)
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    carried = mantissa == 2**31  # rounding up to 1.0: halve it and raise the exponent
    return np.where(carried, 2**30, mantissa), 31 - (exponent.astype(np.int64) + carried)


def requantize(acc: Any, mantissa: Any, shift: Any, *, zero_point: int, qmin: int, qmax: int) -> np.ndarray:
    """Return clip(round(acc m 2^-n) + z, qmin, qmax) in integers, halves up, for int32 ``acc`` (n, out).

    >>> requantize([[5, 6, -6]], 2**30, 32, zero_point=10, qmin=0, qmax=255)
    array([[11, 12,  9]])
    """
    sums = checks.int_array(acc, "acc", low=-(2**31), high=2**31 - 1).astype(np.int64)
    m = checks.int_array(mantissa, "mantissa", low=0, high=2**31 - 1).astype(np.int64)
    n = checks.int_array(shift, "shift", low=1).astype(np.int64)
    # |acc m| < 2^62: beyond a shift of 62 the half no longer fits in 64 bits, and the result is 0 for every acc.
    right = np.minimum(n, 62)
    rounded = np.where(n > 62, 0, (sums * m + (np.int64(1) << (right - 1))) >> right)
    return np.clip(rounded + zero_point, qmin, qmax)


@dataclasses.dataclass(frozen=True, eq=False)
class IntegerLinear:
    """A linear layer that never leaves the integers.

    Parameters
    ----------
    codes : (out, in) int8, symmetric per output channel
    bias : (out,) int32, in units of s_w s_x
    mantissa, shift : (out,) int64
        The fixed-point multipliers s_w s_x / s_y, one for each channel.
    x_qparams, y_qparams : QParams, per tensor
        Grids of the activations that come in and go out.
    """

    codes: np.ndarray
    bias: np.ndarray
    mantissa: np.ndarray
    shift: np.ndarray
    x_qparams: QParams
    y_qparams: QParams

    @classmethod
    def from_float(
        cls, w: Any, bias: Any | None, *, x_qparams: QParams, y_qparams: QParams, bits: int = 8
    ) -> IntegerLinear:
        """Quantize ``w`` (out, in) per channel and fold every scale into the fixed-point multipliers."""
        weights = checks.float_array(w, "w", ndim=2)
        for name, grid in (("x_qparams", x_qparams), ("y_qparams", y_qparams)):
            if not isinstance(grid.granularity, PerTensor):
                raise ValueError(f"{name} must be per tensor: a scale inside the sum cannot be taken out of it")
        w_qparams = choose_qparams(weights, bits=bits, granularity=PerAxis(0))
        step = w_qparams.scale.astype(np.float64) * np.float64(x_qparams.scale)
        b = np.zeros(len(weights)) if bias is None else checks.float_array(bias, "bias", shape=(len(weights),))
        integers = np.rint(b / step)
        if np.abs(integers).max(initial=0) > 2**31 - 1:
            raise ValueError("bias does not fit int32 in units of s_w s_x: the scales are too small for it")
        mantissa, shift = quantize_multiplier(step / np.float64(y_qparams.scale))
        codes = quantize(weights, w_qparams)
        span = x_qparams.qmax - x_qparams.qmin
        reach = np.abs(integers) + span * np.abs(codes.astype(np.int64)).sum(axis=1)
        if (reach > 2**31 - 1).any():
            raise ValueError(f"the sums of row {int(reach.argmax())} may reach {reach.max():.0f}, beyond int32")
        return cls(codes, integers.astype(np.int32), mantissa, shift, x_qparams, y_qparams)

    def accumulate(self, q: Any) -> np.ndarray:
        """Return the int32 sums (n, out) of codes ``q`` (n, in), bias included."""
        grid = self.x_qparams
        codes = checks.int_array(q, "q", ndim=2, low=grid.qmin, high=grid.qmax)
        if codes.shape[1] != self.codes.shape[1]:
            raise ValueError(f"q must have {self.codes.shape[1]} columns; got {checks.describe(codes)}")
        centred = codes.astype(np.int32) - grid.zero_point
        return centred @ self.codes.T.astype(np.int32) + self.bias

    def __call__(self, q: Any) -> np.ndarray:
        """Map codes (n, in) on the input grid to codes (n, out) on the output grid."""
        y = self.y_qparams
        out = requantize(
            self.accumulate(q), self.mantissa, self.shift, zero_point=int(y.zero_point), qmin=y.qmin, qmax=y.qmax
        )
        return out.astype(y.dtype)
