"""The tiles of ``affine_linear_int8``: 4- or 8-bit codes times 8-bit activations, summed exactly in int32.

                  panel p   panel p + 1      one load of 64 bytes: 16 outputs x 4 inputs (4-bit: 16 x 8)
    row i         [......]  [......]
    row i + 1     [......]  [......]         8 x 2 registers of int32 sums, and as many float32 totals
      ...
    row i + 7     [......]  [......]

A step of 4 inputs is 2 loads, 8 broadcasts and 16 dot products. A CPU with two 512-bit dot products and two loads per
cycle does it in 8 cycles: the products are the bound, and 16 bytes of weights per cycle come from the second cache.

The last tile of a range is moved back so that it ends with the range: some outputs are computed twice, to the same
bits, and no smaller tile is needed.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels import tile

__all__ = [
    "COLUMNS_1",
    "COLUMNS_2",
    "COLUMNS_4",
    "ROWS_1",
    "ROWS_4",
    "ROWS_8",
    "block_int8",
    "byte_group_sums",
    "group_sums",
]

ROWS_8, ROWS_4, ROWS_1 = (0,) * 8, (0,) * 4, (0,)
COLUMNS_4, COLUMNS_2, COLUMNS_1 = (0,) * 4, (0,) * 2, (0,)
WORDS_16, WORDS_8 = (0,) * 16, (0,) * 8
_BLOCK = 128  # rows whose activations and outputs stay in the second cache while all panels pass by


@numba.njit(fastmath={"reassoc"})
def group_sums(x, sums, i0, i1):  # type: ignore[no-untyped-def]
    """Write the sum of each group of activations of the rows ``i0:i1`` to ``sums`` (n, groups)."""
    groups = sums.shape[1]
    size = x.shape[1] // groups
    for i in range(i0, i1):
        for g in range(groups):
            total = sums.dtype.type(0)
            for value in x[i, g * size : (g + 1) * size]:
                total += value
            sums[i, g] = total


@numba.njit
def byte_group_sums(q, sums, i0, i1):  # type: ignore[no-untyped-def]
    """:func:`group_sums` of int8, 64 or 32 numbers at a time: every part does this again for the rows that it needs."""
    groups, columns = sums.shape[1], q.shape[1]
    size = columns // groups
    for i in range(i0, i1):
        for g in range(groups):
            total, at, end = np.int32(0), i * columns + g * size, i * columns + (g + 1) * size
            while at + 64 <= end:
                total += tile.sum_bytes(q, at, WORDS_16)
                at += 64
            if at + 32 <= end:
                total += tile.sum_bytes(q, at, WORDS_8)
                at += 32
            for value in q[i, at - i * columns : end - i * columns]:
                total += np.int32(value)
            sums[i, g] = total


@numba.njit
def _tile(q, q_scale, sums, panels, scale, zero_point, bits, y, i, p, rows, columns):  # type: ignore[no-untyped-def]
    """Outputs of the panels from ``p`` on for the activation rows from ``i`` on."""
    groups, steps = panels.shape[1], panels.shape[2]
    width, inputs = y.shape[1], q.shape[1]
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
                part = tile.dot(part, tile.low_nibbles(w), q, at + 8 * v, inputs)
                part = tile.dot(part, tile.high_nibbles(w), q, at + 8 * v + 4, inputs)
        else:
            for v in range(steps):
                w = tile.load_u8(panels, code + 64 * v, panel, columns)
                part = tile.dot(part, w, q, at + 4 * v, inputs)
        total = tile.add_scaled(total, part, tile.load_f32(scale, here, groups * 16, columns))
    tile.store(tile.scale_rows(total, q_scale, i), y, i * width + 16 * p, width, width - 16 * p)


@numba.njit
def block_int8(q, q_scale, sums, panels, scale, zero_point, bits, y, i0, i1, p0, p1):  # type: ignore[no-untyped-def]
    """Outputs of the rows ``i0:i1`` and the panels ``p0:p1``."""
    count = max(1, (i1 - i0) // _BLOCK)
    for k in range(count):
        first = i0 + (i1 - i0) * k // count // 8 * 8
        last = i1 if k == count - 1 else i0 + (i1 - i0) * (k + 1) // count // 8 * 8
        _rows_int8(q, q_scale, sums, panels, scale, zero_point, bits, y, first, last, p0, p1)


@numba.njit
def _rows_int8(q, q_scale, sums, panels, scale, zero_point, bits, y, i0, i1, p0, p1):  # type: ignore[no-untyped-def]
    """The same, for at most twice the rows of a block."""
    n = i1 - i0
    if p1 - p0 == 1:
        for i in range(i0, i1 if n >= 8 else i0, 8):
            _tile(q, q_scale, sums, panels, scale, zero_point, bits, y, min(i, i1 - 8), p0, ROWS_8, COLUMNS_1)
        for i in range(i0, i1 if n < 8 else i0):
            _tile(q, q_scale, sums, panels, scale, zero_point, bits, y, i, p0, ROWS_1, COLUMNS_1)
        return
    for strip in range(p0, p1, 2):
        p = min(strip, p1 - 2)
        if n >= 8:
            for i in range(i0, i1, 8):
                _tile(q, q_scale, sums, panels, scale, zero_point, bits, y, min(i, i1 - 8), p, ROWS_8, COLUMNS_2)
        elif n >= 4:
            for i in range(i0, i1, 4):
                _tile(q, q_scale, sums, panels, scale, zero_point, bits, y, min(i, i1 - 4), p, ROWS_4, COLUMNS_2)
        else:
            for i in range(i0, i1):
                _tile(q, q_scale, sums, panels, scale, zero_point, bits, y, i, p, ROWS_1, COLUMNS_2)
