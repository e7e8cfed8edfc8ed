"""The tiles of ``affine_linear``: 4- or 8-bit codes times float32 activations.

Few activation rows: codes become float32 in registers, four instructions for 16 weights (shift, mask, convert, fused
multiply-add), and the float matrix never exists; time is that of streaming the codes.

Many rows: a block of 256 inputs x 32 outputs is dequantized once to float32 (32 KB, in the first cache) and every tile
of 8 rows x 2 panels multiplies it: 16 fused multiply-adds for 2 loads and 8 broadcasts.

    weights[k][c]   16 weights (code - z) s of input k, panel c
    sums[r][c]      16 outputs of row r, panel c, kept between blocks of inputs
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels import lookup, tile, vector
from minicompress.kernels.products_int8 import COLUMNS_1, COLUMNS_2, COLUMNS_4, ROWS_1, ROWS_4, ROWS_8

__all__ = ["INPUTS", "ROWS", "add_inputs", "block_batch", "block_few", "write_sums"]

INPUTS = 256  # inputs dequantized at a time
ROWS = 128  # activation rows that share them


@numba.njit
def _tile_few(x, sums, panels, scale, zero_point, bits, y, i, p, rows, columns):  # type: ignore[no-untyped-def]
    """Outputs of the panels from ``p`` on for the activation rows from ``i`` on."""
    groups, steps = panels.shape[1], panels.shape[2]
    width, inputs = y.shape[1], x.shape[1]
    panel = groups * steps * 64
    total = tile.zeros(columns, rows)
    for g in range(groups):
        here = (p * groups + g) * 16
        part = tile.start(tile.load_f32(zero_point, here, groups * 16, columns), sums, i * groups + g, groups, rows)
        code = p * panel + g * steps * 64
        at = i * inputs + g * (inputs // groups)
        if bits == 4:
            for v in range(steps):
                w = tile.load_u8(panels, code + 64 * v, panel, columns)
                part = lookup.fma_nibbles(part, w, x, at + 8 * v, inputs)
        else:
            for v in range(steps):
                w = tile.load_u8(panels, code + 64 * v, panel, columns)
                part = tile.fma_bytes(part, w, x, at + 4 * v, inputs)
        total = tile.add_scaled(total, part, tile.load_f32(scale, here, groups * 16, columns))
    tile.store(total, y, i * width + 16 * p, width, width - 16 * p)


@numba.njit
def block_few(x, sums, panels, scale, zero_point, bits, y, i0, i1, p0, p1):  # type: ignore[no-untyped-def]
    """Outputs of the rows ``i0:i1`` and the panels ``p0:p1``, for few rows."""
    n = i1 - i0
    if p1 - p0 == 1:
        for i in range(i0, i1):
            _tile_few(x, sums, panels, scale, zero_point, bits, y, i, p0, ROWS_1, COLUMNS_1)
        return
    start = p0
    if n < 4:  # four panels of one row: four sums, of which none waits for another
        for start in range(p0, p1 - 3, 4):
            for i in range(i0, i1):
                _tile_few(x, sums, panels, scale, zero_point, bits, y, i, start, ROWS_1, COLUMNS_4)
        start = p0 + (p1 - p0) // 4 * 4
    for strip in range(start, p1, 2):
        p = min(strip, p1 - 2)
        if n >= 4:
            for i in range(i0, i1, 4):
                _tile_few(x, sums, panels, scale, zero_point, bits, y, min(i, i1 - 4), p, ROWS_4, COLUMNS_2)
        else:
            for i in range(i0, i1):
                _tile_few(x, sums, panels, scale, zero_point, bits, y, i, p, ROWS_1, COLUMNS_2)


@numba.njit
def _write_four(w, s, z, weights, at, stride):  # type: ignore[no-untyped-def]
    a, b, c, d = vector.widen(w[0])
    vector.store_f32(weights, at, vector.multiply(vector.subtract(a, z), s))
    vector.store_f32(weights, at + stride, vector.multiply(vector.subtract(b, z), s))
    vector.store_f32(weights, at + 2 * stride, vector.multiply(vector.subtract(c, z), s))
    vector.store_f32(weights, at + 3 * stride, vector.multiply(vector.subtract(d, z), s))


@numba.njit
def _dequantize(panels, scale, zero_point, bits, p, first, last, count, weights):  # type: ignore[no-untyped-def]
    """Write the steps ``first:last`` (counted through all groups) of ``count`` panels from ``p`` on to ``weights``."""
    groups, steps, stride = panels.shape[1], panels.shape[2], 16 * count
    for c in range(count):
        at = 16 * c
        for u in range(first, last):
            here = ((p + c) * groups + u // steps) * 16
            s, z = vector.load_f32(scale, here), vector.load_f32(zero_point, here)
            w = tile.load_u8(panels, ((p + c) * groups * steps + u) * 64, 0, COLUMNS_1)
            if bits == 4:
                _write_four(tile.low_nibbles(w), s, z, weights, at, stride)
                _write_four(tile.high_nibbles(w), s, z, weights, at + 4 * stride, stride)
                at += 8 * stride
            else:
                _write_four(w, s, z, weights, at, stride)
                at += 4 * stride


@numba.njit
def _tile_batch(x, at, weights, inputs, sums, slot, rows, columns):  # type: ignore[no-untyped-def]
    """Add ``inputs`` inputs, in ``x`` from ``at`` on, to the rows of ``sums`` from ``slot`` on."""
    stride, wide = x.shape[1], 16 * len(columns)
    total = tile.load_tile(sums, slot * wide, wide, columns, rows)
    for k in range(inputs):
        total = tile.fma(total, tile.load_f32(weights, k * wide, 16, columns), x, at + k, stride)
    tile.store(total, sums, slot * wide, wide, wide)


@numba.njit
def add_inputs(x, i0, i1, at, weights, inputs, sums, columns):  # type: ignore[no-untyped-def]
    """Add ``inputs`` inputs, from ``at`` on, of the rows ``i0:i1`` to ``sums``: at least 8 rows, or else one by one."""
    n, width = i1 - i0, x.shape[1]
    if n >= 8:
        # The last tile starts early, where its rows are, but adds to slots of its own.
        for slot in range(0, n, 8):
            _tile_batch(x, (i0 + min(slot, n - 8)) * width + at, weights, inputs, sums, slot, ROWS_8, columns)
    else:
        for r in range(n):
            _tile_batch(x, (i0 + r) * width + at, weights, inputs, sums, r, ROWS_1, columns)


@numba.njit
def write_sums(sums, y, i0, i1, p, columns):  # type: ignore[no-untyped-def]
    """Write the sums of the rows ``i0:i1`` and the panels from ``p`` on, from their slots, to ``y``."""
    n, wide = i1 - i0, 16 * len(columns)
    kept = min(wide, y.shape[1] - 16 * p)
    for slot in range((n + 7) // 8 * 8 if n >= 8 else n):
        r = min(slot, n - 8 + slot % 8) if n >= 8 else slot
        y[i0 + r, 16 * p : 16 * p + kept] = sums[slot * wide : slot * wide + kept]


@numba.njit
def _strip_batch(x, panels, scale, zero_point, bits, y, i0, i1, p, columns, weights, sums):  # type: ignore[no-untyped-def]
    """The rows ``i0:i1`` of one strip of panels."""
    steps, step = panels.shape[1] * panels.shape[2], 32 // bits
    sums[:] = 0
    for first in range(0, steps, INPUTS // step):
        last = min(first + INPUTS // step, steps)
        _dequantize(panels, scale, zero_point, bits, p, first, last, len(columns), weights)
        add_inputs(x, i0, i1, first * step, weights, (last - first) * step, sums, columns)
    write_sums(sums, y, i0, i1, p, columns)


@numba.njit
def block_batch(x, panels, scale, zero_point, bits, y, i0, i1, p0, p1):  # type: ignore[no-untyped-def]
    """Outputs of the rows ``i0:i1`` and the panels ``p0:p1``, for many rows."""
    weights = np.empty(INPUTS * 32, np.float32)
    sums = np.empty(ROWS * 32, np.float32)
    for i in range(i0, i1, ROWS):
        end = min(i + ROWS, i1)
        if p1 - p0 == 1:
            _strip_batch(x, panels, scale, zero_point, bits, y, i, end, p0, COLUMNS_1, weights, sums)
        else:
            for p in range(p0, p1, 2):
                _strip_batch(x, panels, scale, zero_point, bits, y, i, end, min(p, p1 - 2), COLUMNS_2, weights, sums)
