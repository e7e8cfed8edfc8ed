"""Twins of :mod:`minicompress.reference.kmeans1d`: sort once, then a step of Lloyd costs k searches and k sums.

    ordered      [64 values][64 values][64 values] ...      sorted once
    high, low    sum of all blocks before, in two float64   (the second holds what the first rounds away)
    run a .. b   prefix(b) - prefix(a):  a prefix is that of its block and at most 63 values more

Nothing is read again in a step but k places of the sorted values: 4 million weights and 256 centroids take 256
searches of 22 steps and 8,000 additions, where comparing each value with each centroid takes 10^9. Means are those of
the definition to a few roundings; sums of integers are exact in both.

The exact solution fills D[m, j] row by row, by divide and conquer as in the definition: a division and a compare for
each pair that is tried, n log n of them a row, in the same order and to the same bits.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels.compiler import arguments, kernel, unpack
from minicompress.kernels.threads import launch
from minicompress.reference.kmeans1d import cuts_to_starts, prefix_sums

__all__ = ["kmeans1d_lloyd", "kmeans1d_optimal"]

_BLOCK = 64
_LLOYD = arguments("float64[::1], float64[::1], float64[::1], float64[::1], int64[::1], int64")
_ROW = arguments("float64[:, ::1], float64[::1], int64, int64[:, ::1], float64[::1], int64[::1]")


@numba.njit
def _two_sum(a, b):  # type: ignore[no-untyped-def]
    """``a + b`` rounded, and what the rounding lost: exact (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@numba.njit
def _prefixes(ordered, high, low):  # type: ignore[no-untyped-def]
    """Sums of all values before each block."""
    top, rest = 0.0, 0.0
    for b in range(high.size):
        high[b], low[b] = top, rest
        for value in ordered[b * _BLOCK : (b + 1) * _BLOCK]:
            top, lost = _two_sum(top, value)
            rest += lost


@numba.njit
def _before(ordered, high, low, place):  # type: ignore[no-untyped-def]
    """Sum of the values before ``place``, in two parts."""
    block = place // _BLOCK
    top, rest = high[block], low[block]
    for value in ordered[block * _BLOCK : place]:
        top, lost = _two_sum(top, value)
        rest += lost
    return top, rest


@numba.njit
def _above(ordered, value):  # type: ignore[no-untyped-def]
    """How many are not above ``value``."""
    low, high = 0, ordered.size
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low


@numba.njit
def _move(ordered, high, low, centres, cuts):  # type: ignore[no-untyped-def]
    """Move each centroid to the mean of its run; ``cuts`` (k + 1,) are the ends of the runs."""
    top, rest = 0.0, 0.0
    for c in range(centres.size):
        first, last = cuts[c], cuts[c + 1]
        if last <= first:
            continue
        top, rest = _before(ordered, high, low, first)
        end, end_rest = _before(ordered, high, low, last)
        mean = ((end - top) + (end_rest - rest)) / (last - first)
        # A mean rounds: it may not leave its run, or the centroids could change places.
        centres[c] = min(max(mean, ordered[first]), ordered[last - 1])


@kernel(_LLOYD)
def _lloyd(table, part, parts):  # type: ignore[no-untyped-def]
    ordered, high, low, centres, cuts, n_iter = unpack(table, _LLOYD)
    _prefixes(ordered, high, low)
    for step in range(n_iter):
        changed = step == 0
        for c in range(centres.size - 1):
            cut = _above(ordered, (centres[c] + centres[c + 1]) / 2)
            changed |= cut != cuts[c + 1]
            cuts[c + 1] = cut
        if not changed:
            break
        _move(ordered, high, low, centres, cuts)


def kmeans1d_lloyd(values: np.ndarray, centroids: np.ndarray, n_iter: int) -> np.ndarray:
    """Rising centroids, float64, after at most ``n_iter`` steps; see the definition."""
    ordered = np.sort(values).astype(np.float64)
    blocks = ordered.size // _BLOCK + 1
    high, low = np.empty(blocks), np.empty(blocks)
    centres, cuts = np.array(centroids, np.float64), np.zeros(centroids.size + 1, np.int64)
    cuts[-1] = ordered.size
    launch(_lloyd, 1, ordered, high, low, centres, cuts, n_iter)
    return centres


@numba.njit
def _best_start(sums, best, low, high, j):  # type: ignore[no-untyped-def]
    """The least ``best[i] + cost(i, j)`` for i in low .. high, and its first i."""
    least, at = np.inf, low
    s0, s1, s2 = sums[0], sums[1], sums[2]
    for i in range(low, high + 1):
        between = s1[j] - s1[i]
        total = best[i] + max(s2[j] - s2[i] - between * between / (s0[j] - s0[i]), 0.0)
        if total < least:
            least, at = total, i
    return least, at


@kernel(_ROW, error_model="numpy")
def _row(table, part, parts):  # type: ignore[no-untyped-def]
    sums, best, m, todo, row, cut = unpack(table, _ROW)
    n, depth = best.size - 1, 1
    todo[0, 0], todo[0, 1], todo[0, 2], todo[0, 3] = m + 1, n, m, n - 1
    while depth:
        depth -= 1
        first, last, low, high = todo[depth, 0], todo[depth, 1], todo[depth, 2], todo[depth, 3]
        if first > last:
            continue
        j = (first + last) // 2
        row[j], at = _best_start(sums, best, low, min(high, j - 1), j)
        cut[j] = at
        todo[depth, 0], todo[depth, 1], todo[depth, 2], todo[depth, 3] = first, j - 1, low, at
        depth += 1
        todo[depth, 0], todo[depth, 1], todo[depth, 2], todo[depth, 3] = j + 1, last, at, high
        depth += 1


def kmeans1d_optimal(values: np.ndarray, k: int) -> np.ndarray:
    """The ``k`` rising centroids, float64, of least inertia; see the definition."""
    points, weight = np.unique(values.astype(np.float64), return_counts=True)
    if points.size <= k:
        return np.pad(points, (0, k - points.size), mode="edge")
    sums = np.stack(prefix_sums(points, weight))
    best = np.full(points.size + 1, np.inf)
    best[0] = 0
    cuts, todo = np.zeros((k, points.size + 1), np.int64), np.empty((200, 4), np.int64)
    for m in range(k):
        row = np.full(points.size + 1, np.inf)
        launch(_row, 1, sums, best, m, todo, row, cuts[m])
        best = row
    starts = cuts_to_starts(list(cuts), points.size)
    means = np.add.reduceat(points * weight, starts) / np.add.reduceat(weight, starts)
    return kmeans1d_lloyd(values, np.sort(means), 100)
