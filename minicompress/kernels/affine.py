"""Twins of :mod:`minicompress.reference.affine`: one pass, no temporaries, in parallel over rows.

The division stays a division and ``rint`` stays half to even (no ``fastmath``): the codes are those of the definition.
Each group is sliced before its loop: LLVM then knows that no index wraps around, and writes vector code.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels.compiler import arguments, contiguous, kernel, unpack
from minicompress.kernels.threads import launch, parts_for, share

__all__ = ["affine_dequantize", "affine_quantize", "quantize_rows"]

_LEAST_WORK = 60_000  # numbers that are worth a part of their own

_QUANTIZE = arguments("float32[:, ::1], float32[:, ::1], uint8[:, ::1], int64, uint8[:, ::1]")
_DEQUANTIZE = arguments("uint8[:, ::1], float32[:, ::1], uint8[:, ::1], float32[:, ::1]")
_ROWS = arguments("float32[:, ::1], int32[:, ::1], int8[:, ::1], float32[::1], int32[::1]")


def _parts(a: np.ndarray) -> int:
    return min(parts_for(a.size, _LEAST_WORK), max(1, a.shape[0]))


@numba.njit(error_model="numpy")
def _quantize_group(w, scale, zero_point, top, codes):  # type: ignore[no-untyped-def]
    for c in range(w.size):
        step = np.rint(w[c] / scale) + zero_point
        step = step if step > np.float32(0) else np.float32(0)
        codes[c] = np.int32(step if step < top else top)


@kernel(_QUANTIZE, error_model="numpy")
def _quantize(table, part, parts):  # type: ignore[no-untyped-def]
    w, scale, zero_point, bits, codes = unpack(table, _QUANTIZE)
    groups = scale.shape[1]
    size = w.shape[1] // groups
    first, last = share(w.shape[0], part, parts)
    for r in range(first, last):
        for g in range(groups):
            group = slice(g * size, (g + 1) * size)
            top = np.float32(2**bits - 1)
            _quantize_group(w[r, group], scale[r, g], np.float32(zero_point[r, g]), top, codes[r, group])


def affine_quantize(w: np.ndarray, scale: np.ndarray, zero_point: np.ndarray, bits: int) -> np.ndarray:
    """Codes uint8 (rows, in) of ``w`` float32 (rows, in), clipped to 0 .. 2**bits - 1."""
    w, scale, zero_point = contiguous(w, scale, zero_point)
    codes = np.empty(w.shape, np.uint8)
    launch(_quantize, _parts(w), w, scale, zero_point, bits, codes)
    return codes


@numba.njit
def _dequantize_group(codes, scale, zero_point, w):  # type: ignore[no-untyped-def]
    for c in range(codes.size):
        w[c] = (np.float32(codes[c]) - zero_point) * scale


@kernel(_DEQUANTIZE)
def _dequantize(table, part, parts):  # type: ignore[no-untyped-def]
    codes, scale, zero_point, w = unpack(table, _DEQUANTIZE)
    groups = scale.shape[1]
    size = w.shape[1] // groups
    first, last = share(w.shape[0], part, parts)
    for r in range(first, last):
        for g in range(groups):
            group = slice(g * size, (g + 1) * size)
            _dequantize_group(codes[r, group], scale[r, g], np.float32(zero_point[r, g]), w[r, group])


def affine_dequantize(codes: np.ndarray, scale: np.ndarray, zero_point: np.ndarray) -> np.ndarray:
    """Weights float32 (rows, in) of uint8 codes: s (code - z)."""
    codes, scale, zero_point = contiguous(codes, scale, zero_point)
    w = np.empty(codes.shape, np.float32)
    launch(_dequantize, _parts(w), codes, scale, zero_point, w)
    return w


@numba.njit(error_model="numpy")
def _quantize_row(x, scale, q):  # type: ignore[no-untyped-def]
    for c in range(x.size):
        step = np.rint(x[c] / scale)
        step = step if step > np.float32(-127) else np.float32(-127)
        q[c] = np.int32(step if step < np.float32(127) else np.float32(127))


@numba.njit
def _largest_bits(bits):  # type: ignore[no-untyped-def]
    """The largest magnitude, found on the float's bits: without the sign they sort as the floats do."""
    largest = np.int32(0)
    for b in bits:
        largest = max(largest, b & np.int32(0x7FFFFFFF))
    return largest


@kernel(_ROWS, error_model="numpy")
def _rows(table, part, parts):  # type: ignore[no-untyped-def]
    x, x_bits, q, scale, scale_bits = unpack(table, _ROWS)
    first, last = share(x.shape[0], part, parts)
    for i in range(first, last):
        scale_bits[i] = _largest_bits(x_bits[i])
        s = scale[i] / np.float32(127)
        if s < np.float32(1.1754944e-38):  # the smallest normal float32: see the definition
            s = np.float32(1)
        scale[i] = s
        _quantize_row(x[i], s, q[i])


def quantize_rows(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 codes (n, in) and float32 scales (n,) of activations, each row by its own largest magnitude."""
    x = np.ascontiguousarray(x)
    q, scale = np.empty(x.shape, np.int8), np.empty(x.shape[0], np.float32)
    # The views share memory with the arrays: the same numbers as bits.
    launch(_rows, _parts(x), x, x.view(np.int32), q, scale, scale.view(np.int32))
    return q, scale
