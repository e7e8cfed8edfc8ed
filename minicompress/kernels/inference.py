"""Twins of :mod:`minicompress.reference.inference`: one pass over memory each, all arithmetic in registers of 16.

layer_norm, softmax: a row of some hundred numbers stays in the first cache between the passes over it (sum, squares,
result; largest, powers, result), so the bound is one read and one write of memory. gelu: 26 instructions and a
division for 16 numbers (:mod:`minicompress.kernels.elementary`).

Attention takes one text and one head at a time. Padding is left out where keys and values are gathered:

    keys     (d, real tokens)     so that 32 scores of 8 queries are a tile: 16 fused multiply-adds for 2 loads
    values   (real tokens, d)     and 8 broadcasts, in both products
    scores   (8, real tokens)     8 queries at a time: the (batch, heads, length, length) array never exists

    8 queries:   scores = q keys;   powers = e^(scores - largest);   y = powers values / sum of powers

For length n that is 4 n^2 d / 16 instructions of products and 12 n^2 / 16 of exponentials, for each head.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels import tile, vector
from minicompress.kernels.compiler import arguments, contiguous, kernel, unpack
from minicompress.kernels.elementary import exp2_below, keep_first, maximum, normal_tail, reduce_max, transpose
from minicompress.kernels.products_int8 import COLUMNS_2, ROWS_1, ROWS_8
from minicompress.kernels.threads import launch, parts_for, share

__all__ = ["attention", "gelu", "layer_norm", "softmax"]

_LEAST_NUMBERS = 15_000  # that are worth a part of their own: about 5 us
_LEAST_PRODUCTS = 300_000
_LOG2_E = np.float32(1 / np.log(2))

_NORM = arguments("float32[:, ::1], float32[:, ::1], float32[::1], float32[::1], float32[::1], float32[:, ::1]")
_GELU = arguments("float32[::1], float32[::1]")
_SOFTMAX = arguments("float32[:, ::1], uint8[:, ::1], float32[:, ::1]")
_TEXTS = "float32[:, :, ::1]"
_ATTENTION = arguments(f"{_TEXTS}, {_TEXTS}, {_TEXTS}, uint8[:, ::1], int64, {_TEXTS}")


@numba.njit(inline="always")
def _put(out, at, value, left):  # type: ignore[no-untyped-def]
    """Write as many of 16 numbers as are left."""
    if left >= 16:
        vector.store_f32(out, at, value)
    else:
        vector.store_f32_first(out, at, value, left)


@numba.njit(inline="always")
def _get(array, at, left):  # type: ignore[no-untyped-def]
    """Read as many of 16 numbers as are left, the others 0."""
    return vector.load_f32(array, at) if left >= 16 else vector.load_f32_first(array, at, left)


def _target(x: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    """Where to write: ``out``, or a new array where it is none or the kernel cannot write to it."""
    usable = out is not None and out.dtype == np.float32 and out.flags.c_contiguous
    return out if out is not None and usable else np.empty(x.shape, np.float32)


def _given(result: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    if out is None or out is result:
        return result
    out[...] = result
    return out


@numba.njit(error_model="numpy")
def _norm_row(x, residual, weight, bias, eps, y, at):  # type: ignore[no-untyped-def]
    width = weight.size
    size = np.float32(width)
    total = vector.splat(np.float32(0))
    for c in range(0, width, 16):
        value = _get(x, at + c, width - c)
        if residual.size:
            value = vector.add(value, _get(residual, at + c, width - c))
        total = vector.add(total, value)
        _put(y, at + c, value, width - c)
    average = vector.reduce_add(total) / size
    mean, total = vector.splat(average), vector.splat(np.float32(0))
    for c in range(0, width - 15, 16):
        centred = vector.subtract(vector.load_f32(y, at + c), mean)
        total = vector.fma(centred, centred, total)
    squares = vector.reduce_add(total)
    for c in range(width // 16 * 16, width):
        squares += (y[at // width, c] - average) ** 2
    factor = vector.splat(np.float32(1) / np.sqrt(squares / size + eps))
    for c in range(0, width, 16):
        normal = vector.multiply(vector.subtract(_get(y, at + c, width - c), mean), factor)
        normal = vector.fma(normal, _get(weight, c, width - c), _get(bias, c, width - c))
        _put(y, at + c, normal, width - c)


@kernel(_NORM, error_model="numpy")
def _norm(table, part, parts):  # type: ignore[no-untyped-def]
    x, residual, weight, bias, eps, y = unpack(table, _NORM)
    first, last = share(x.shape[0], part, parts)
    for i in range(first, last):
        _norm_row(x, residual, weight, bias, eps[0], y, i * weight.size)


def layer_norm(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    eps: float,
    residual: np.ndarray | None = None,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Each row of ``x + residual`` (n, width) with mean 0 and variance 1, times ``weight`` plus ``bias`` (width,)."""
    x, weight, bias = contiguous(x, weight, bias)
    y, width = _target(x, out), x.shape[-1]
    other = np.empty((0, width), np.float32) if residual is None else np.ascontiguousarray(residual).reshape(-1, width)
    rows = x.reshape(-1, width)
    parts = min(parts_for(x.size, _LEAST_NUMBERS), max(1, rows.shape[0]))
    launch(_norm, parts, rows, other, weight, bias, np.array([eps], np.float32), y.reshape(-1, width))
    return _given(y, out)


@numba.njit(inline="always")
def _gelu_of(x):  # type: ignore[no-untyped-def]
    """max(x, 0) - |x| Phi(-|x|): no cancellation. From 14 on |x| stays there: infinity times 0 is none."""
    zero = vector.splat(np.float32(0))
    negative = maximum(vector.splat(np.float32(-14)), vector.subtract(zero, maximum(x, vector.subtract(zero, x))))
    return vector.fma(negative, normal_tail(vector.subtract(zero, negative)), maximum(x, zero))


@kernel(_GELU)
def _gelu(table, part, parts):  # type: ignore[no-untyped-def]
    x, y = unpack(table, _GELU)
    first, last = share((x.size + 15) // 16, part, parts)
    for c in range(16 * first, min(16 * last, x.size // 16 * 16), 16):
        vector.store_f32(y, c, _gelu_of(vector.load_f32(x, c)))
    rest = x.size % 16
    if part == parts - 1 and rest:
        value = vector.load_f32_first(x, x.size - rest, rest)
        vector.store_f32_first(y, x.size - rest, _gelu_of(value), rest)


def gelu(x: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """x times the normal distribution's share below it, for ``x`` of any shape."""
    x = np.ascontiguousarray(x)
    y = _target(x, out)
    launch(_gelu, parts_for(x.size, _LEAST_NUMBERS), x.reshape(-1), y.reshape(-1))
    return _given(y, out)


@numba.njit(error_model="numpy")
def _softmax_row(x, at, width, scale, y, to):  # type: ignore[no-untyped-def]
    """Write e^(scale (x - largest)) of ``x.ravel()[at : at + width]`` to ``y.ravel()[to:]``; return 1 / their sum."""
    whole, least = width // 16 * 16, np.float32(-np.inf)
    top = tail = vector.splat(least)
    if whole < width:
        top = tail = keep_first(vector.load_f32_first(x, at + whole, width - whole), width - whole, least)
    for c in range(0, whole, 16):
        top = maximum(vector.load_f32(x, at + c), top)
    top, factor = vector.splat(reduce_max(top)), vector.splat(scale * _LOG2_E)
    total = vector.splat(np.float32(0))
    for c in range(0, whole, 16):
        power = exp2_below(vector.multiply(vector.subtract(vector.load_f32(x, at + c), top), factor))
        vector.store_f32(y, to + c, power)
        total = vector.add(total, power)
    if whole < width:
        power = exp2_below(vector.multiply(vector.subtract(tail, top), factor))
        vector.store_f32_first(y, to + whole, power, width - whole)
        total = vector.add(total, power)
    return np.float32(1) / vector.reduce_add(total)


@kernel(_SOFTMAX, error_model="numpy")
def _softmax(table, part, parts):  # type: ignore[no-untyped-def]
    x, mask, y = unpack(table, _SOFTMAX)
    width = x.shape[1]
    whole = width // 16 * 16
    first, last = share(x.shape[0], part, parts)
    for i in range(first, last):
        at = i * width
        if mask.size:
            for c in range(width):
                y[i, c] = x[i, c] if mask[i, c] else np.float32(-np.inf)
            factor = vector.splat(_softmax_row(y, at, width, np.float32(1), y, at))
        else:
            factor = vector.splat(_softmax_row(x, at, width, np.float32(1), y, at))
        for c in range(at, at + whole, 16):
            vector.store_f32(y, c, vector.multiply(vector.load_f32(y, c), factor))
        if whole < width:
            rest = vector.load_f32_first(y, at + whole, width - whole)
            vector.store_f32_first(y, at + whole, vector.multiply(rest, factor), width - whole)


def _flags(mask: np.ndarray | None) -> np.ndarray:
    return np.empty((0, 0), np.uint8) if mask is None else np.ascontiguousarray(mask).view(np.uint8)


def softmax(x: np.ndarray, mask: np.ndarray | None = None, out: np.ndarray | None = None) -> np.ndarray:
    """Shares of each row of ``x`` (n, width); 0 where ``mask`` (n, width) bool is False, which no whole row may be."""
    x = np.ascontiguousarray(x)
    y = _target(x, out)
    parts = min(parts_for(x.size, _LEAST_NUMBERS), max(1, x.shape[0]))
    launch(_softmax, parts, x, _flags(mask), y)
    return _given(y, out)


@numba.njit
def _gather(k, v, mask, b, first, size, keys, values, real):  # type: ignore[no-untyped-def]
    """Lay out the real tokens of text ``b``, columns from ``first`` on; return how many they are."""
    count = 0
    for j in range(k.shape[1]):
        if mask.size == 0 or mask[b, j]:
            real[count] = j
            value, row = v[b, j, first : first + size], values[count, :size]
            for d in range(size):
                row[d] = value[d]
            count += 1
    width, padded = k.shape[2], keys.shape[1]
    blocks, parts = count // 16 * 16, size // 16 * 16
    for start in range(0, blocks, 16):
        for d in range(0, parts, 16):
            at = b * k.shape[1] * width + first + d
            transpose(k, real, start, at, width, keys, d * padded + start, padded)
    for j in range(count):
        for d in range(parts if j < blocks else 0, size):
            keys[d, j] = k[b, real[j], first + d]
    return count


@numba.njit(error_model="numpy")
def _queries(q, keys, values, count, scores, factors, y, at, size, scale, rows):  # type: ignore[no-untyped-def]
    """Attention of the queries from ``q.ravel()[at]`` on, one row of ``q`` after the other."""
    padded, wide, width = keys.shape[1], values.shape[1], q.shape[2]
    end = (count + 31) // 32 * 32
    for p in range(0, end, 32):
        total = tile.zeros(COLUMNS_2, rows)
        for d in range(size):
            total = tile.fma(total, tile.load_f32(keys, d * padded + p, 16, COLUMNS_2), q, at + d, width)
        tile.store(total, scores, p, padded, 32)
    for r in range(len(rows)):
        factors[r] = _softmax_row(scores, r * padded, count, scale, scores, r * padded)
    for p in range(0, wide, 32):
        total = tile.zeros(COLUMNS_2, rows)
        for j in range(count):
            total = tile.fma(total, tile.load_f32(values, j * wide + p, 16, COLUMNS_2), scores, j, padded)
        tile.store(tile.scale_rows(total, factors, 0), y, at + p, width, size - p)


@kernel(_ATTENTION, error_model="numpy")
def _attention(table, part, parts):  # type: ignore[no-untyped-def]
    q, k, v, mask, heads, y = unpack(table, _ATTENTION)
    batch, length, width = q.shape
    size = width // heads
    scale = np.float32(1 / np.sqrt(size))
    padded, wide = (length + 31) // 32 * 32, (size + 31) // 32 * 32
    keys, values = np.zeros((size, padded), np.float32), np.zeros((length, wide), np.float32)
    scores, factors = np.empty((8, padded), np.float32), np.empty(8, np.float32)
    real = np.empty(length, np.int64)
    first, last = share(batch * heads, part, parts)
    for task in range(first, last):
        b, column = task // heads, task % heads * size
        count = _gather(k, v, mask, b, column, size, keys, values, real)
        start = b * length * width + column
        if length >= 8:
            for i in range(0, length, 8):  # the last tile is moved back: some queries are answered twice
                at = start + min(i, length - 8) * width
                _queries(q, keys, values, count, scores, factors, y, at, size, scale, ROWS_8)
        else:
            for i in range(length):
                _queries(q, keys, values, count, scores, factors, y, start + i * width, size, scale, ROWS_1)


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, heads: int, mask: np.ndarray | None = None) -> np.ndarray:
    """Attention of every token to the tokens of its text: (batch, length, heads * d) as ``q``, ``k`` and ``v`` are."""
    q, k, v = contiguous(q, k, v)
    y = np.empty(q.shape, np.float32)
    batch, length, _ = q.shape
    parts = min(parts_for(2 * q.size * length, _LEAST_PRODUCTS), max(1, batch * heads))
    launch(_attention, parts, q, k, v, _flags(mask), heads, y)
    return y
