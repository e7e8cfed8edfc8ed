"""Convolution in integers alone: each window of codes is a row, and the integer linear layer does the rest.

    q_y[n, o, p] = IntegerLinear(columns(pad(q_x)))[n p, o]

The padding is the *zero point*, the code that means 0: padding with code 0 would add -z_x s_x at the border.
Source: Jacob et al. 2018, arXiv:1712.05877.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.affine import QParams
from minicompress.quantization.integer import IntegerLinear

__all__ = ["IntegerConv"]


@dataclasses.dataclass(frozen=True, eq=False)
class IntegerConv:
    """A convolution over one, two or more axes that never leaves the integers.

    Parameters
    ----------
    linear : IntegerLinear (out, channels * prod(kernel))
    kernel, stride, padding : tuple of int
        One for each spatial axis.

    Examples
    --------
    >>> from minicompress.quantization import qparams_from_range, quantize
    >>> grid = qparams_from_range(-1.0, 1.0)
    >>> conv = IntegerConv.from_float(np.ones((1, 1, 3)) / 3, None, x_qparams=grid, y_qparams=grid, padding=1)
    >>> conv(quantize([[[0.3, 0.6, 0.9]]], grid))  # 0.3, 0.6 and 0.5
    array([[[166, 204, 192]]], dtype=uint8)
    """

    linear: IntegerLinear
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]

    @classmethod
    def from_float(
        cls,
        w: Any,
        bias: Any | None,
        *,
        x_qparams: QParams,
        y_qparams: QParams,
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        bits: int = 8,
    ) -> IntegerConv:
        """Quantize ``w`` (out, channels, *kernel) per output channel; see :meth:`IntegerLinear.from_float`."""
        weights = checks.float_array(w, "w")
        if weights.ndim < 3:
            raise ValueError(f"w must have shape (out, channels, k, ...); got {checks.describe(weights)}")
        axes = weights.ndim - 2
        linear = IntegerLinear.from_float(
            weights.reshape(len(weights), -1), bias, x_qparams=x_qparams, y_qparams=y_qparams, bits=bits
        )
        strides = _each(stride, "stride", axes, low=1)
        return cls(linear, weights.shape[2:], strides, _each(padding, "padding", axes, low=0))

    def _columns(self, q: Any) -> tuple[np.ndarray, tuple[int, ...]]:
        """Windows of ``q`` as rows (batch * windows, channels * prod(kernel)), and the shape (batch, *windows)."""
        grid = self.linear.x_qparams
        codes = checks.int_array(q, "q", ndim=2 + len(self.kernel), low=grid.qmin, high=grid.qmax)
        volume = int(np.prod(self.kernel))
        if codes.shape[1] * volume != self.linear.codes.shape[1]:
            raise ValueError(
                f"q must have {self.linear.codes.shape[1] // volume} channels; got {checks.describe(codes)}"
            )
        ends = [(0, 0), (0, 0), *((p, p) for p in self.padding)]
        padded = np.pad(codes, ends, constant_values=int(grid.zero_point))
        spatial = tuple(range(2, codes.ndim))
        if any(n < k for n, k in zip(padded.shape[2:], self.kernel, strict=True)):
            raise ValueError(f"q, padded to {padded.shape[2:]}, must hold the kernel {self.kernel}")
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.kernel, axis=spatial)
        windows = windows[(slice(None), slice(None), *(slice(None, None, s) for s in self.stride))]
        # Shape: (batch, channels, *windows, *kernel) -> (batch, *windows, channels, *kernel).
        rows = np.moveaxis(windows, 1, 1 + len(spatial))
        shape = rows.shape[: 1 + len(spatial)]
        return rows.reshape(int(np.prod(shape)), self.linear.codes.shape[1]), shape

    def accumulate(self, q: Any) -> np.ndarray:
        """Return the int32 sums (batch, out, *windows) of codes ``q`` (batch, channels, *space), bias included."""
        rows, shape = self._columns(q)
        return np.moveaxis(self.linear.accumulate(rows).reshape(*shape, -1), -1, 1)

    def __call__(self, q: Any) -> np.ndarray:
        """Map codes (batch, channels, *space) on the input grid to codes (batch, out, *windows) on the output grid."""
        rows, shape = self._columns(q)
        return np.moveaxis(self.linear(rows).reshape(*shape, len(self.linear.codes)), -1, 1)


def _each(value: int | Sequence[int], name: str, axes: int, *, low: int) -> tuple[int, ...]:
    """One integer for each spatial axis."""
    values = list(value) if isinstance(value, list | tuple) else [value] * axes
    if len(values) != axes:
        raise ValueError(f"{name} must be an integer or {axes} of them; got {value!r}")
    return tuple(checks.integer(v, name, low=low) for v in values)
