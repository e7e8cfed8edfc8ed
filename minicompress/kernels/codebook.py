"""Twin of :mod:`minicompress.reference.codebook`: 4-bit codes of 16 values, looked up in a register.

    panels[p, g, v]    one load: 16 outputs x 8 inputs, a code to a nibble
    levels[p]          one register, loaded once for all inputs
    part[c][r]         the group's sum of 16 outputs of panel c for activation row r, times the scale at its end

Few activation rows: a shift, a look-up and a fused multiply-add for 16 weights, half a byte read for each; no zero
point, so no sums of activations. A CPU with one 512-bit look-up or shift in a cycle does 8 weights a cycle: memory
beyond the last cache is slower than that, a float32 product out of the second cache is not much.

Many rows: a block of 256 inputs x 32 outputs is spelled out as float32 once, as in ``products_float.py``.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels import lookup, tile, vector
from minicompress.kernels.compiler import arguments, contiguous, kernel, unpack
from minicompress.kernels.products_float import INPUTS, ROWS, add_inputs, write_sums
from minicompress.kernels.products_int8 import COLUMNS_1, COLUMNS_2, COLUMNS_4, ROWS_1, ROWS_4
from minicompress.kernels.quantized import BATCH, LEAST_FLOAT, cut, rectangle, whole_steps
from minicompress.kernels.threads import launch

__all__ = ["codebook_linear"]

_KINDS = arguments(
    "float32[:, ::1], uint8[:, :, :, :, ::1], float32[:, ::1], float32[:, :, ::1], float32[:, ::1], int64"
)


@numba.njit
def _tile(x, panels, levels, scale, y, i, p, rows, columns):  # type: ignore[no-untyped-def]
    """Outputs of the panels from ``p`` on for the activation rows from ``i`` on."""
    groups, steps = panels.shape[1], panels.shape[2]
    width, inputs = y.shape[1], x.shape[1]
    panel = groups * steps * 64
    values = tile.load_f32(levels, p * 16, 16, columns)
    total = tile.zeros(columns, rows)
    for g in range(groups):
        part = tile.zeros(columns, rows)
        code, at = p * panel + g * steps * 64, i * inputs + g * steps * 8
        for v in range(steps):
            codes = tile.load_u8(panels, code + 64 * v, panel, columns)
            part = lookup.fma_levels(part, codes, values, x, at + 8 * v, inputs)
        total = tile.add_scaled(total, part, tile.load_f32(scale, (p * groups + g) * 16, groups * 16, columns))
    tile.store(total, y, i * width + 16 * p, width, width - 16 * p)


@numba.njit
def _block_few(x, panels, levels, scale, y, i0, i1, p0, p1):  # type: ignore[no-untyped-def]
    """Outputs of the rows ``i0:i1`` and the panels ``p0:p1``, for few rows."""
    p = p0
    if i1 - i0 >= 4 and p1 - p0 >= 2:
        for strip in range(p0, p1, 2):
            for i in range(i0, i1, 4):
                _tile(x, panels, levels, scale, y, min(i, i1 - 4), min(strip, p1 - 2), ROWS_4, COLUMNS_2)
        return
    # Four panels of one row: four sums, of which none waits for another.
    while p + 4 <= p1:
        for i in range(i0, i1):
            _tile(x, panels, levels, scale, y, i, p, ROWS_1, COLUMNS_4)
        p += 4
    while p < p1:
        for i in range(i0, i1):
            _tile(x, panels, levels, scale, y, i, p, ROWS_1, COLUMNS_1)
        p += 1


@numba.njit
def _spell_out(panels, levels, scale, p, first, last, count, weights):  # type: ignore[no-untyped-def]
    """Write the steps ``first:last`` (counted through all groups) of ``count`` panels from ``p`` on to ``weights``."""
    groups, steps = panels.shape[1], panels.shape[2]
    for c in range(count):
        values, at = vector.load_f32(levels, 16 * (p + c)), 16 * c
        for u in range(first, last):
            s = vector.load_f32(scale, ((p + c) * groups + u // steps) * 16)
            codes = tile.load_u8(panels, ((p + c) * groups * steps + u) * 64, 0, COLUMNS_1)
            lookup.spell_levels(codes[0], values, s, weights, at, 16 * count)
            at += 8 * 16 * count


@numba.njit
def _strip_batch(x, panels, levels, scale, y, i0, i1, p, columns, weights, sums):  # type: ignore[no-untyped-def]
    """The rows ``i0:i1`` of one strip of panels."""
    steps = panels.shape[1] * panels.shape[2]
    sums[:] = 0
    for first in range(0, steps, INPUTS // 8):
        last = min(first + INPUTS // 8, steps)
        _spell_out(panels, levels, scale, p, first, last, len(columns), weights)
        add_inputs(x, i0, i1, 8 * first, weights, 8 * (last - first), sums, columns)
    write_sums(sums, y, i0, i1, p, columns)


@numba.njit
def _block_batch(x, panels, levels, scale, y, i0, i1, p0, p1):  # type: ignore[no-untyped-def]
    """Outputs of the rows ``i0:i1`` and the panels ``p0:p1``, for many rows."""
    weights = np.empty(INPUTS * 32, np.float32)
    sums = np.empty(ROWS * 32, np.float32)
    for i in range(i0, i1, ROWS):
        end = min(i + ROWS, i1)
        if p1 - p0 == 1:
            _strip_batch(x, panels, levels, scale, y, i, end, p0, COLUMNS_1, weights, sums)
        else:
            for p in range(p0, p1, 2):
                _strip_batch(x, panels, levels, scale, y, i, end, min(p, p1 - 2), COLUMNS_2, weights, sums)


@kernel(_KINDS)
def _few(table, part, parts):  # type: ignore[no-untyped-def]
    x, panels, levels, scale, y, by_rows = unpack(table, _KINDS)
    i0, i1, p0, p1 = rectangle(x.shape[0], panels.shape[0], by_rows, part, parts)
    _block_few(x, panels, levels, scale, y, i0, i1, p0, p1)


@kernel(_KINDS)
def _batch(table, part, parts):  # type: ignore[no-untyped-def]
    x, panels, levels, scale, y, by_rows = unpack(table, _KINDS)
    i0, i1, p0, p1 = rectangle(x.shape[0], panels.shape[0], by_rows, part, parts)
    _block_batch(x, panels, levels, scale, y, i0, i1, p0, p1)


def codebook_linear(x: np.ndarray, panels: np.ndarray, levels: np.ndarray, scale: np.ndarray, rows: int) -> np.ndarray:
    """y = x W^T with float32 activations ``x`` (n, in): float32 (n, rows)."""
    panels, levels, scale = contiguous(panels, levels, scale)
    count, groups, steps = panels.shape[:3]
    x = whole_steps(x, groups, steps, 4)
    y = np.empty((x.shape[0], rows), np.float32)
    parts, by_rows = cut(x.shape[0], count, x.size * rows, LEAST_FLOAT)
    launch(_few if x.shape[0] < BATCH else _batch, parts, x, panels, levels, scale, y, by_rows)
    return y
