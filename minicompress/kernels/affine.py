"""Twins of :mod:`minicompress.reference.affine`: one pass, no temporaries, in parallel over rows.

The division stays a division and ``rint`` stays half to even (no ``fastmath``): the codes are those of the definition.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from minicompress.kernels.compiler import kernel

__all__ = ["affine_dequantize", "affine_quantize", "quantize_rows"]


@kernel(parallel=True, error_model="numpy")
def affine_quantize(w, scale, zero_point, bits):  # type: ignore[no-untyped-def]
    """Codes uint8 (rows, in) of ``w`` float32 (rows, in), clipped to 0 .. 2**bits - 1."""
    rows, columns = w.shape
    groups = scale.shape[1]
    size = columns // groups
    top = np.float32(2**bits - 1)
    codes = np.empty((rows, columns), np.uint8)
    for r in prange(rows):
        for g in range(groups):
            s = scale[r, g]
            z = np.float32(zero_point[r, g])
            for c in range(g * size, (g + 1) * size):
                step = np.rint(w[r, c] / s) + z
                codes[r, c] = np.uint8(min(max(step, np.float32(0)), top))
    return codes


@kernel(parallel=True)
def affine_dequantize(codes, scale, zero_point):  # type: ignore[no-untyped-def]
    """Weights float32 (rows, in) of uint8 codes: s (code - z)."""
    rows, columns = codes.shape
    groups = scale.shape[1]
    size = columns // groups
    w = np.empty((rows, columns), np.float32)
    for r in prange(rows):
        for g in range(groups):
            s = scale[r, g]
            z = np.float32(zero_point[r, g])
            for c in range(g * size, (g + 1) * size):
                w[r, c] = (np.float32(codes[r, c]) - z) * s
    return w


@kernel(parallel=True, error_model="numpy")
def quantize_rows(x):  # type: ignore[no-untyped-def]
    """int8 codes (n, in) and float32 scales (n,) of activations, each row by its own largest magnitude."""
    n, columns = x.shape
    q = np.empty((n, columns), np.int8)
    scale = np.empty(n, np.float32)
    for i in prange(n):
        largest = np.float32(0)
        for c in range(columns):
            largest = max(largest, abs(x[i, c]))
        s = largest / np.float32(127)
        if s < np.float32(1.1754944e-38):  # the smallest normal float32: see the definition
            s = np.float32(1)
        scale[i] = s
        for c in range(columns):
            step = np.rint(x[i, c] / s)
            q[i, c] = np.int8(min(max(step, np.float32(-127)), np.float32(127)))
    return q, scale
