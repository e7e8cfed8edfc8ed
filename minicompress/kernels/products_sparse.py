"""The tiles of ``nm_matmul`` and ``bsr_matmul``: zeros that stand in a pattern.

N:M. Every row keeps as many values in each run of inputs, so the inputs can be cut into blocks whose rows of x stay
in the first cache (64 inputs x 64 columns = 16 KB) for all rows of W, without searching where a row's values go on:

    values      [block][row][kept]              a block's values of all rows, one after the other
    x block     64 inputs x 64 columns, copied  read once from memory, n / m * rows times from the first cache
    two rows    2 x 4 registers of sums         8 chains: no multiply-add waits for the one before

A value is one index, one broadcast, 4 loads and 4 fused multiply-adds of 16: at 2:4 half of the multiply-adds of the
dense product, each with a load of its own, where the dense product loads once for 8.

Blocks. A block row is a dense product of the blocks that are kept: 8 rows x 32 columns of sums in 16 registers, and
for each input of a block 2 loads, 8 broadcasts and 16 fused multiply-adds, as in a dense kernel.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels import tile, vector

__all__ = ["block_rows", "block_rows_one", "pattern_rows"]

_ROW = (0,)
_ROWS_8, _ROWS_4, _ROWS_1 = (0,) * 8, (0,) * 4, (0,)
_REGISTERS_4, _REGISTERS_2, _REGISTERS_1 = (0,) * 4, (0,) * 2, (0,)


@numba.njit
def _copy_block(x, first, last, column, wide, block):  # type: ignore[no-untyped-def]
    """Rows ``first:last`` and ``wide`` columns of x, one after the other: rows far apart would share cache lines."""
    width, at = x.shape[1], 0
    for j in range(first, last):
        for c in range(0, wide, 16):
            vector.store_f32(block, at + c, vector.load_f32(x, j * width + column + c))
        at += wide


@numba.njit
def _pattern_pair(data, offsets, b, count, block, y, i, k, column, registers):  # type: ignore[no-untyped-def]
    """Add ``count`` values of the rows ``i`` and ``k`` in block ``b`` to 16 * len(registers) columns of y."""
    width, wide = y.shape[1], 16 * len(registers)
    at_one, at_two = (b * data.shape[1] + i) * data.shape[2], (b * data.shape[1] + k) * data.shape[2]
    one = tile.load_tile(y, i * width + column, 0, registers, _ROW)
    two = tile.load_tile(y, k * width + column, 0, registers, _ROW)
    for p in range(count):
        values = tile.load_f32(block, vector.load_index(offsets, at_one + p) * wide, 16, registers)
        one = tile.fma(one, values, data, at_one + p, 0)
        values = tile.load_f32(block, vector.load_index(offsets, at_two + p) * wide, 16, registers)
        two = tile.fma(two, values, data, at_two + p, 0)
    tile.store(one, y, i * width + column, 0, wide)
    tile.store(two, y, k * width + column, 0, wide)


@numba.njit
def _pattern_strip(data, offsets, n, m, x, y, first, last, column, registers, block):  # type: ignore[no-untyped-def]
    """16 * len(registers) columns of the rows ``first:last``, a block of inputs at a time."""
    wide, inputs = 16 * len(registers), data.shape[2] // n * m
    for i in range(first, last):
        y[i, column : column + wide] = 0
    for b in range(data.shape[0]):
        stop = min((b + 1) * inputs, x.shape[0])
        count = (stop - b * inputs) // m * n
        _copy_block(x, b * inputs, stop, column, wide, block)
        for i in range(first, last - 1, 2):
            _pattern_pair(data, offsets, b, count, block, y, i, i + 1, column, registers)
        if (last - first) % 2:  # the last row by itself: twice into registers, and the same numbers twice into y
            _pattern_pair(data, offsets, b, count, block, y, last - 1, last - 1, column, registers)


@numba.njit
def pattern_rows(data, offsets, n, m, x, y, first, last):  # type: ignore[no-untyped-def]
    """The rows ``first:last`` of y, for 16 columns of x and more."""
    width, column = x.shape[1], 0
    block = np.empty(data.shape[2] // n * m * 64, np.float32)
    while column < width:
        left = width - column
        if left >= 64:
            _pattern_strip(data, offsets, n, m, x, y, first, last, column, _REGISTERS_4, block)
            column += 64
        elif left >= 32:
            _pattern_strip(data, offsets, n, m, x, y, first, last, column, _REGISTERS_2, block)
            column += 32
        else:
            at = min(column, width - 16)
            _pattern_strip(data, offsets, n, m, x, y, first, last, at, _REGISTERS_1, block)
            column += 16


@numba.njit
def _block_tile(data, indices, start, end, x, y, row, within, column, rows, registers):  # type: ignore[no-untyped-def]
    """Rows of one block row, from row ``within`` of its blocks and ``row`` of y on, and some columns."""
    height, inputs, width = data.shape[1], data.shape[2], x.shape[1]
    total = tile.zeros(registers, rows)
    for b in range(start, end):
        weights, at = (b * height + within) * inputs, vector.load_index(indices, b) * inputs * width + column
        for t in range(inputs):
            values = tile.load_f32(x, at + t * width, 16, registers)
            total = tile.fma(total, values, data, weights + t, inputs)
    tile.store(total, y, row * y.shape[1] + column, y.shape[1], y.shape[1] - column)


@numba.njit
def _block_strip(data, indices, indptr, x, y, first, last, column, registers):  # type: ignore[no-untyped-def]
    height = data.shape[1]
    for i in range(first, last):
        start, end, r = indptr[i], indptr[i + 1], 0
        while r + 8 <= height:
            _block_tile(data, indices, start, end, x, y, i * height + r, r, column, _ROWS_8, registers)
            r += 8
        while r + 4 <= height:
            _block_tile(data, indices, start, end, x, y, i * height + r, r, column, _ROWS_4, registers)
            r += 4
        while r < height:
            _block_tile(data, indices, start, end, x, y, i * height + r, r, column, _ROWS_1, registers)
            r += 1


@numba.njit
def block_rows(data, indices, indptr, x, y, first, last):  # type: ignore[no-untyped-def]
    """The block rows ``first:last`` of y; x is padded to a multiple of 16 columns, y is not."""
    column = 0
    while column + 32 <= x.shape[1]:
        _block_strip(data, indices, indptr, x, y, first, last, column, _REGISTERS_2)
        column += 32
    if column < x.shape[1]:
        _block_strip(data, indices, indptr, x, y, first, last, column, _REGISTERS_1)


@numba.njit(fastmath={"reassoc", "contract", "nsz"})
def block_rows_one(data, indices, indptr, x, y, first, last):  # type: ignore[no-untyped-def]
    """The block rows ``first:last`` of y, for one column of x: dot products."""
    height, inputs = data.shape[1:]
    for i in range(first, last):
        for r in range(height):
            total = np.float32(0)
            for b in range(indptr[i], indptr[i + 1]):
                weights, at = data[b, r], np.int64(indices[b]) * inputs
                values = x[at : at + inputs, 0]
                for t in range(inputs):
                    total += weights[t] * values[t]
            y[i * height + r, 0] = total
