"""Twins of :mod:`minicompress.reference.kmeans`: the nearest codeword by float32 in registers, certain to the bit.

    points[t][16 C]       64 points, turned so that a register holds one number of 16 of them
    codewords[j][t]       -(codeword j)_t, and half its squared length: each is read once and spread over the lanes
    score[j] = |c_j|^2 / 2 - x . c_j        half the squared distance, less what all codewords share

A codeword costs d multiply-adds and five instructions (:mod:`minicompress.kernels.nearest`) for 16 points: 9 at d = 4,
so 144 for one point and 256 codewords; all that is read stays in the first cache.

Float32 alone would err between two codewords that are nearly as far. Points and codewords are therefore taken from the
codewords' mean, where rounding is least, and the search keeps the second best score. Each score is off by less than
(d + 4) 2^-24 (|x|^2 + max |c|^2); where the gap is not twice that, the point is searched again with the definition's
own float64 operations. The result is the definition's in every case, ties included.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels import nearest, tile
from minicompress.kernels.compiler import arguments, kernel, unpack
from minicompress.kernels.products_int8 import COLUMNS_1, COLUMNS_4
from minicompress.kernels.threads import launch, parts_for, share

__all__ = ["kmeans_assign", "kmeans_lloyd", "product_encode"]

_POINTS = 64
_TOGETHER = (0,) * 2  # codewords that share each read of the points
_SAFE = 1e30  # squared lengths up to here do not overflow in a score
_LEAST_WORK = 50_000.0  # multiply-adds and codewords: about 5 us
_ENCODE = "[:, ::1], float64[:, :, ::1], float64[:, ::1], float32[:, :, ::1], float64[::1], "
_CODES = arguments("float32" + _ENCODE + "uint8[:, ::1]")
_LABELS = arguments("float64" + _ENCODE + "int64[:, ::1]")


@numba.njit
def _turn(x, first, count, at, centre, points, wide, lengths):  # type: ignore[no-untyped-def]
    """``points[t, i] = x[first + i, at + t] - centre[t]`` in float32, and the squared ``lengths`` of the points."""
    for i in range(count):
        length = 0.0
        for t in range(centre.size):
            value = np.float32(x[first + i, at + t] - centre[t])
            points[t * wide + i] = value
            length += np.float64(value) * np.float64(value)
        lengths[i] = length


@numba.njit
def _search(points, codewords, d, gaps, numbers, columns):  # type: ignore[no-untyped-def]
    """Number of the nearest codeword of each point, and how far behind the next one is."""
    found, wide, count = nearest.nothing_found(columns), 16 * len(columns), codewords.shape[0]
    for j in range(0, count, len(_TOGETHER)):
        at = j * (d + 1)
        score = nearest.spread(codewords, at + d, d + 1, columns, _TOGETHER)
        for t in range(d):
            score = tile.fma(score, tile.load_f32(points, t * wide, 16, columns), codewords, at + t, d + 1)
        found = nearest.keep_nearest(found, score, j)
    nearest.store_found(found, gaps, numbers)


@numba.njit
def _exact(x, i, at, codebook):  # type: ignore[no-untyped-def]
    """The definition, for one point."""
    least, number = np.inf, 0
    for j in range(codebook.shape[0]):
        distance = 0.0
        for t in range(codebook.shape[1]):
            away = np.float64(x[i, at + t]) - codebook[j, t]
            distance += away * away
        if distance < least:
            least, number = distance, j
    return number


@numba.njit
def _points(x, first, count, p, book, codes, scratch, columns):  # type: ignore[no-untyped-def]
    """Codes of piece ``p`` of ``count`` rows from ``first`` on."""
    codebook, centre, codewords, longest = book
    points, lengths, gaps, numbers = scratch
    d = codebook.shape[2]
    _turn(x, first, count, p * d, centre[p], points, 16 * len(columns), lengths)
    _search(points, codewords[p], d, gaps, numbers, columns)
    for i in range(count):
        size = lengths[i] + longest[p]
        # Not "gap <= bound": what is not a number must be searched again.
        if size < _SAFE and gaps[i] > (2 * d + 8) * 2.0**-24 * size + d * 2.0**-140:
            codes[first + i, p] = numbers[i]
        else:
            codes[first + i, p] = _exact(x, first + i, p * d, codebook[p])


@numba.njit
def _encode(x, book, codes, part, parts):  # type: ignore[no-untyped-def]
    """The share of part ``part`` of all blocks of rows times all pieces."""
    (m, _, d), n = book[0].shape, x.shape[0]
    floats, lengths, gaps = np.zeros(d * _POINTS, np.float32), np.zeros(_POINTS), np.zeros(_POINTS, np.float32)
    scratch = (floats, lengths, gaps, np.zeros(_POINTS, np.int32))
    begin, end = share((n + _POINTS - 1) // _POINTS * m, part, parts)
    for unit in range(begin, end):
        first, p = unit // m * _POINTS, unit % m
        last = min(first + _POINTS, n)
        if last - first > 32:
            _points(x, first, last - first, p, book, codes, scratch, COLUMNS_4)
        else:
            for i in range(first, last, 16):
                _points(x, i, min(16, last - i), p, book, codes, scratch, COLUMNS_1)


@kernel(_CODES)
def _encode_codes(table, part, parts):  # type: ignore[no-untyped-def]
    x, codebook, centre, codewords, longest, codes = unpack(table, _CODES)
    _encode(x, (codebook, centre, codewords, longest), codes, part, parts)


@kernel(_LABELS)
def _encode_labels(table, part, parts):  # type: ignore[no-untyped-def]
    x, codebook, centre, codewords, longest, codes = unpack(table, _LABELS)
    _encode(x, (codebook, centre, codewords, longest), codes, part, parts)


def _codewords(codebook: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The centres (m, d); the codewords as the search reads them, (m, even k, d + 1); the longest, squared, (m,)."""
    m, k, d = codebook.shape
    table = np.zeros((m, -(-k // len(_TOGETHER)) * len(_TOGETHER), d + 1), np.float32)
    table[:, :, d] = np.inf  # codewords that only fill up are never near
    with np.errstate(over="ignore", invalid="ignore"):
        centre = codebook.mean(axis=1)
        table[:, :k, :d] = centre[:, None] - codebook
        lengths = (table[:, :k, :d].astype(np.float64) ** 2).sum(axis=2)
        table[:, :k, d] = lengths / 2
    return centre, table, lengths.max(axis=1)


def _run(x: np.ndarray, codebook: np.ndarray) -> np.ndarray:
    """Codes (n, m) of ``x`` (n, m * d): uint8 for float32, int64 for float64."""
    book = np.ascontiguousarray(codebook, np.float64)
    m, k, d = book.shape
    few = x.dtype == np.float32
    codes = np.empty((len(x), m), np.uint8 if few else np.int64)
    parts = parts_for(float(x.size) * k * (1 + 5 / max(d, 1)) / 16, _LEAST_WORK)
    launch(_encode_codes if few else _encode_labels, parts, np.ascontiguousarray(x), book, *_codewords(book), codes)
    return codes


def kmeans_assign(x: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Index (int64) of the nearest centroid; see the definition."""
    return _run(np.asarray(x, np.float64), centroids[None])[:, 0]


def product_encode(x: np.ndarray, codebook: np.ndarray) -> np.ndarray:
    """Codes, uint8 (n, m); see the definition."""
    points = x if x.dtype == np.float32 else np.asarray(x, np.float64)
    return _run(points, codebook).astype(np.uint8, copy=False)


def kmeans_lloyd(x: np.ndarray, centroids: np.ndarray, n_iter: int) -> np.ndarray:
    """Centroids, float64, after at most ``n_iter`` steps; see the definition."""
    points, centres, before = np.ascontiguousarray(x, np.float64), centroids.astype(np.float64), None
    for _ in range(n_iter):
        labels = kmeans_assign(points, centres)
        if before is not None and np.array_equal(labels, before):
            break
        before = labels
        counts = np.bincount(labels, minlength=len(centres))
        # The sums of a cluster, in the order of its rows as in the definition.
        sums = np.stack([np.bincount(labels, weights=v, minlength=len(centres)) for v in points.T], axis=1)
        centres[counts > 0] = sums[counts > 0] / counts[counts > 0, None]
    return centres
