"""Twins of :mod:`minicompress.reference.sparse`: rows in parallel, each part of equal numbers of kept values.

    row i of W   w_i3  w_i7  w_i9 ...            for each kept value: one broadcast, one load of 16 columns of x
    x            row 3, row 7, row 9 ...         for each register, one fused multiply-add
    y            [reg 0][reg 1] ... [reg 7]      128 columns of row i of the result stay in 8 registers

A row of the result is written once and never read; the columns beyond a multiple of 16 belong to a last register that
is moved back (it repeats some columns, to the same bits), or masked where there are fewer than 16.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels import tile, vector
from minicompress.kernels.compiler import arguments, contiguous, kernel, unpack
from minicompress.kernels.products_sparse import block_rows, block_rows_one, pattern_rows
from minicompress.kernels.threads import launch, parts_for, share

__all__ = ["bsr_matmul", "csr_from_dense", "csr_matmul", "csr_to_dense", "nm_matmul"]

_LEAST_WORK = 15_000  # kept values times registers of 16 columns that are worth a part: about 5 us
_LEAST_COPY = 100_000  # dense entries that are worth a part of their own

_REST = "int64[::1], float32[:, ::1], int64[::1], float32[:, ::1]"
_NARROW = arguments("float32[::1], uint16[::1], " + _REST)
_WIDE = arguments("float32[::1], int32[::1], " + _REST)
_PATTERN = arguments("float32[:, :, ::1], uint8[:, :, ::1], int64, int64, float32[:, ::1], float32[:, ::1]")
_BLOCKS = "float32[:, :, ::1], {}[::1], int64[::1], float32[:, ::1], int64[::1], float32[:, ::1]"
_BLOCKS_NARROW, _BLOCKS_WIDE = arguments(_BLOCKS.format("uint16")), arguments(_BLOCKS.format("int32"))
_COUNT = arguments("float32[:, ::1], int64[::1]")
_FILL = arguments("float32[:, ::1], int64[::1], float32[::1], int32[::1]")
_DENSE_NARROW = arguments("float32[::1], uint16[::1], int64[::1], float32[:, ::1]")
_DENSE_WIDE = arguments("float32[::1], int32[::1], int64[::1], float32[:, ::1]")

_ROW = (0,)
_REGISTERS_8, _REGISTERS_4, _REGISTERS_2, _REGISTERS_1 = (0,) * 8, (0,) * 4, (0,) * 2, (0,)


@numba.njit
def _rows_pairs(data, indices, indptr, x, y, first, last, column, registers):  # type: ignore[no-untyped-def]
    """As :func:`_rows`, for few registers: even and odd values apart, so that no sum waits for the one before."""
    width = x.shape[1]
    for i in range(first, last):
        even, odd = tile.zeros(registers, _ROW), tile.zeros(registers, _ROW)
        start, end = indptr[i], indptr[i + 1]
        for p in range(start, end - 1, 2):
            values = tile.load_f32(x, vector.load_index(indices, p) * width + column, 16, registers)
            even = tile.fma(even, values, data, p, 0)
            values = tile.load_f32(x, vector.load_index(indices, p + 1) * width + column, 16, registers)
            odd = tile.fma(odd, values, data, p + 1, 0)
        if (end - start) % 2:
            values = tile.load_f32(x, vector.load_index(indices, end - 1) * width + column, 16, registers)
            even = tile.fma(even, values, data, end - 1, 0)
        tile.store(tile.add(even, odd), y, i * width + column, 0, width - column)


@numba.njit
def _rows(data, indices, indptr, x, y, first, last, column, registers):  # type: ignore[no-untyped-def]
    """16 * len(registers) columns, from ``column`` on, of the rows ``first:last`` of y."""
    width = x.shape[1]
    for i in range(first, last):
        total = tile.zeros(registers, _ROW)
        for p in range(indptr[i], indptr[i + 1]):
            values = tile.load_f32(x, vector.load_index(indices, p) * width + column, 16, registers)
            total = tile.fma(total, values, data, p, 0)
        tile.store(total, y, i * width + column, 0, 16 * len(registers))


@numba.njit
def _rows_few(data, indices, indptr, x, y, first, last):  # type: ignore[no-untyped-def]
    """All columns where x has fewer than 16: one masked register, even and odd values apart (two chains of sums)."""
    width = x.shape[1]
    for i in range(first, last):
        even, odd = tile.zeros(_REGISTERS_1, _ROW), tile.zeros(_REGISTERS_1, _ROW)
        start, end = indptr[i], indptr[i + 1]
        for p in range(start, end - 1, 2):
            values = (vector.load_f32_first(x, vector.load_index(indices, p) * width, width),)
            even = tile.fma(even, values, data, p, 0)
            values = (vector.load_f32_first(x, vector.load_index(indices, p + 1) * width, width),)
            odd = tile.fma(odd, values, data, p + 1, 0)
        if (end - start) % 2:
            values = (vector.load_f32_first(x, vector.load_index(indices, end - 1) * width, width),)
            even = tile.fma(even, values, data, end - 1, 0)
        vector.store_f32_first(y, i * width, vector.add(even[0][0], odd[0][0]), width)


@numba.njit(fastmath={"reassoc", "contract", "nsz"})
def _rows_one(data, indices, indptr, x, y, first, last):  # type: ignore[no-untyped-def]
    """The one column of x: a dot product of each row's values with the entries that they meet."""
    for i in range(first, last):
        values, columns = data[indptr[i] : indptr[i + 1]], indices[indptr[i] : indptr[i + 1]]
        total = np.float32(0)
        for p in range(values.size):
            total += values[p] * x[columns[p], 0]
        y[i, 0] = total


@numba.njit
def _matmul(data, indices, indptr, x, y, first, last):  # type: ignore[no-untyped-def]
    """The rows ``first:last`` of y, its columns in tiles of 8, 4, 2 and 1 registers."""
    width, column = x.shape[1], 0
    if width == 1:
        _rows_one(data, indices, indptr, x, y, first, last)
        return
    if width < 16:
        _rows_few(data, indices, indptr, x, y, first, last)
        return
    while column < width:
        left = width - column
        if left >= 128:
            _rows(data, indices, indptr, x, y, first, last, column, _REGISTERS_8)
            column += 128
        elif left >= 64:
            _rows_pairs(data, indices, indptr, x, y, first, last, column, _REGISTERS_4)
            column += 64
        elif left >= 32:
            _rows_pairs(data, indices, indptr, x, y, first, last, column, _REGISTERS_2)
            column += 32
        else:
            _rows_pairs(data, indices, indptr, x, y, first, last, min(column, width - 16), _REGISTERS_1)
            column += 16


@kernel(_NARROW)
def _matmul_narrow(table, part, parts):  # type: ignore[no-untyped-def]
    data, indices, indptr, x, cuts, y = unpack(table, _NARROW)
    _matmul(data, indices, indptr, x, y, cuts[part], cuts[part + 1])


@kernel(_WIDE)
def _matmul_wide(table, part, parts):  # type: ignore[no-untyped-def]
    data, indices, indptr, x, cuts, y = unpack(table, _WIDE)
    _matmul(data, indices, indptr, x, y, cuts[part], cuts[part + 1])


def _equal_shares(indptr: np.ndarray, parts: int) -> np.ndarray:
    """Row at which each part's share of the kept values begins, and the number of rows."""
    rows = indptr.shape[0] - 1
    cuts = np.empty(parts + 1, np.int64)
    cuts[1:-1] = np.searchsorted(indptr, np.arange(1, parts) * (int(indptr[-1]) / parts))
    cuts[0], cuts[-1] = 0, rows  # pinned, so that no empty row at either end is lost
    return np.minimum(cuts, rows)


def csr_matmul(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """y = W x for a CSR triple and float32 ``x`` (columns, k)."""
    data, indices, indptr, x = contiguous(data, indices, indptr, x)
    rows = indptr.shape[0] - 1
    y = np.empty((rows, x.shape[1]), np.float32)
    parts = parts_for(data.size * -(-x.shape[1] // 16), _LEAST_WORK)
    cuts = _equal_shares(indptr, parts)
    kernel, indices = _by_width(_matmul_narrow, _matmul_wide, indices)
    launch(kernel, parts, data, indices, indptr, x, cuts, y)
    return y


@kernel(_PATTERN)
def _pattern(table, part, parts):  # type: ignore[no-untyped-def]
    data, offsets, n, m, x, y = unpack(table, _PATTERN)
    first, last = share(data.shape[1], part, parts)
    pattern_rows(data, offsets, n, m, x, y, first, last)


def nm_matmul(data: np.ndarray, offsets: np.ndarray, n: int, m: int, x: np.ndarray) -> np.ndarray:
    """y = W x for the blocks of ``nm_blocks`` and float32 ``x`` (in, k)."""
    data, offsets, x = contiguous(data, offsets, x)
    rows, k = data.shape[1], x.shape[1]
    if k < 16:  # whole registers, and no load past the end
        return np.ascontiguousarray(nm_matmul(data, offsets, n, m, np.pad(x, ((0, 0), (0, 16 - k))))[:, :k])
    y = np.empty((rows, k), np.float32)
    launch(_pattern, min(parts_for(data.size * -(-k // 16), _LEAST_WORK), rows), data, offsets, n, m, x, y)
    return y


@numba.njit
def _blocks(data, indices, indptr, x, y, first, last):  # type: ignore[no-untyped-def]
    if x.shape[1] == 1:
        block_rows_one(data, indices, indptr, x, y, first, last)
    else:
        block_rows(data, indices, indptr, x, y, first, last)


@kernel(_BLOCKS_NARROW)
def _blocks_narrow(table, part, parts):  # type: ignore[no-untyped-def]
    data, indices, indptr, x, cuts, y = unpack(table, _BLOCKS_NARROW)
    _blocks(data, indices, indptr, x, y, cuts[part], cuts[part + 1])


@kernel(_BLOCKS_WIDE)
def _blocks_wide(table, part, parts):  # type: ignore[no-untyped-def]
    data, indices, indptr, x, cuts, y = unpack(table, _BLOCKS_WIDE)
    _blocks(data, indices, indptr, x, y, cuts[part], cuts[part + 1])


def bsr_matmul(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """y = W x for blocks ``data`` float32 (kept, rows, columns) and float32 ``x`` (in, k)."""
    data, indices, indptr, x = contiguous(data, indices, indptr, x)
    k = x.shape[1]
    if k > 1 and k % 16:  # whole registers, and no load past the end
        padded = np.zeros((x.shape[0], k + -k % 16), np.float32)
        padded[:, :k] = x
        x = padded
    y = np.empty(((indptr.shape[0] - 1) * data.shape[1], k), np.float32)
    parts = parts_for(data.size * -(-k // 16), 4 * _LEAST_WORK)
    kernel, indices = _by_width(_blocks_narrow, _blocks_wide, indices)
    launch(kernel, parts, data, indices, indptr, x, _equal_shares(indptr, parts), y)
    return y


def _by_width(narrow, wide, indices):  # type: ignore[no-untyped-def]
    return (narrow, indices) if indices.dtype == np.uint16 else (wide, indices.astype(np.int32, copy=False))


@kernel(_COUNT)
def _count(table, part, parts):  # type: ignore[no-untyped-def]
    w, counts = unpack(table, _COUNT)
    first, last = share(w.shape[0], part, parts)
    for r in range(first, last):
        kept = np.int32(0)
        for value in w[r]:
            kept += np.int32(value != np.float32(0))
        counts[r] = kept


@kernel(_FILL)
def _fill(table, part, parts):  # type: ignore[no-untyped-def]
    w, indptr, data, indices = unpack(table, _FILL)
    first, last = share(w.shape[0], part, parts)
    for r in range(first, last):
        p, end = indptr[r], indptr[r + 1]
        c = 0
        # Every entry is written; the place moves on only where it was not 0. No branch to guess wrong.
        while p < end:
            value = w[r, c]
            data[p] = value
            indices[p] = c
            p += value != np.float32(0)
            c += 1


def csr_from_dense(w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values float32 (nnz,), columns int32 (nnz,) and row starts int64 (rows + 1,) of the entries that are not 0."""
    w = np.ascontiguousarray(w, np.float32)
    parts = min(parts_for(w.size, _LEAST_COPY), max(1, w.shape[0]))
    indptr = np.zeros(w.shape[0] + 1, np.int64)
    launch(_count, parts, w, indptr[1:])
    np.cumsum(indptr, out=indptr)
    data, indices = np.empty(indptr[-1], np.float32), np.empty(indptr[-1], np.int32)
    launch(_fill, parts, w, indptr, data, indices)
    return data, indices, indptr


@numba.njit
def _scatter(data, indices, indptr, w, first, last):  # type: ignore[no-untyped-def]
    for r in range(first, last):
        w[r] = 0
        for p in range(indptr[r], indptr[r + 1]):
            w[r, indices[p]] = data[p]


@kernel(_DENSE_NARROW)
def _dense_narrow(table, part, parts):  # type: ignore[no-untyped-def]
    data, indices, indptr, w = unpack(table, _DENSE_NARROW)
    first, last = share(w.shape[0], part, parts)
    _scatter(data, indices, indptr, w, first, last)


@kernel(_DENSE_WIDE)
def _dense_wide(table, part, parts):  # type: ignore[no-untyped-def]
    data, indices, indptr, w = unpack(table, _DENSE_WIDE)
    first, last = share(w.shape[0], part, parts)
    _scatter(data, indices, indptr, w, first, last)


def csr_to_dense(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, columns: int) -> np.ndarray:
    """The float32 matrix (rows, columns) of a CSR triple."""
    data, indices, indptr = contiguous(data, indices, indptr)
    rows = indptr.shape[0] - 1
    w = np.empty((rows, columns), np.float32)
    kernel, indices = _by_width(_dense_narrow, _dense_wide, indices)
    launch(kernel, min(parts_for(w.size, _LEAST_COPY), max(1, rows)), data, indices, indptr, w)
    return w
