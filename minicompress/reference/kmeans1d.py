"""k-means on a line: the clusters of sorted values are runs, so a step needs only cuts, and an exact optimum exists.

    minimise  sum_i (v_i - c_{a(i)})^2

    Lloyd     cut half way between neighbouring centroids; each centroid moves to the mean of its run
    exact     D[m, j] = min_i D[m - 1, i] + cost(i, j),   cost(i, j) = sum of squares of v_i .. v_{j-1} about their mean

The best i rises with j, so each row of D is filled by divide and conquer in n log n steps.
Source: Lloyd 1982; starts: Han et al. 2016, arXiv:1510.00149; exact: Wang and Song 2011, Groenlund et al. 2017,
arXiv:1701.07204.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["kmeans1d_lloyd", "kmeans1d_optimal", "kmeans1d_start"]


def kmeans1d_start(values: np.ndarray, k: int, init: str, rng: np.random.Generator | None) -> np.ndarray:
    """Return ``k`` rising centroids, float64, to start from.

    "linear": evenly spaced from the least to the greatest value, so that large weights, few as they are, get
    centroids; "density": the quantiles at evenly spaced probabilities; "kmeans++": each drawn with probability
    proportional to the squared distance from those drawn before.

    >>> kmeans1d_start(np.array([0.0, 1, 2, 9]), 3, "linear", None)
    array([0. , 4.5, 9. ])
    """
    if init == "linear":
        return np.linspace(float(values.min()), float(values.max()), k)
    if init == "density":
        return np.quantile(values.astype(np.float64), np.linspace(0, 1, k) if k > 1 else 0.5).reshape(k)
    assert rng is not None
    unit = max(float(np.abs(values).max()), 1e-300)
    points = values.astype(np.float64) / unit
    chosen = [rng.choice(points)]
    distance = np.full(points.shape, np.inf)
    while len(chosen) < k:
        distance = np.minimum(distance, (points - chosen[-1]) ** 2)
        total = distance.sum()
        chosen.append(rng.choice(points, p=distance / total) if total > 0 else chosen[-1])
    return np.sort(chosen) * unit


def kmeans1d_lloyd(values: np.ndarray, centroids: np.ndarray, n_iter: int) -> np.ndarray:
    """Move rising ``centroids`` (k,) by at most ``n_iter`` steps of Lloyd, until no value changes its cluster.

    A value half way belongs to the lower centroid; a centroid without values stays where it is.

    >>> kmeans1d_lloyd(np.array([0.0, 1, 2, 9]), np.array([0.0, 4.5, 9]), 10)
    array([1. , 4.5, 9. ])
    """
    ordered = np.sort(values.astype(np.float64))
    centres, before = centroids.astype(np.float64), None
    for _ in range(n_iter):
        cuts = np.searchsorted(ordered, (centres[:-1] + centres[1:]) / 2, side="right")
        if before is not None and np.array_equal(cuts, before):
            break
        before = cuts
        starts = np.concatenate([[0], cuts])
        counts = np.diff(np.concatenate([starts, [ordered.size]]))
        filled = counts > 0
        means = np.add.reduceat(ordered, starts[filled]) / counts[filled]
        # A mean rounds: it may not leave its run, or the centroids could change places.
        last = starts[filled] + counts[filled] - 1
        centres[filled] = np.clip(means, ordered[starts[filled]], ordered[last])
    return centres


def kmeans1d_optimal(values: np.ndarray, k: int) -> np.ndarray:
    """The ``k`` rising centroids, float64, of least inertia; O(k n log n) for n different values.

    Fewer than ``k`` different values: each is a centroid, and the last is repeated.

    >>> kmeans1d_optimal(np.array([0.0, 1, 2, 9]), 2)
    array([1., 9.])
    """
    points, weight = np.unique(values.astype(np.float64), return_counts=True)
    if points.size <= k:
        return np.pad(points, (0, k - points.size), mode="edge")
    s0, s1, s2 = prefix_sums(points, weight)

    def cost(i: np.ndarray, j: int) -> np.ndarray:
        return np.maximum(s2[j] - s2[i] - (s1[j] - s1[i]) ** 2 / (s0[j] - s0[i]), 0)

    best = np.full(points.size + 1, np.inf)
    best[0] = 0  # best[j]: least cost of the first j points in the clusters so far
    cuts = []
    for m in range(k):
        best, cut = _next_row(best, cost, m)
        cuts.append(cut)
    starts = cuts_to_starts(cuts, points.size)
    means = np.add.reduceat(points * weight, starts) / np.add.reduceat(weight, starts)
    # The prefix sums are good to 1e-15 of the whole spread squared; Lloyd mends what that may have blurred.
    return kmeans1d_lloyd(values, np.sort(means), 100)


def prefix_sums(points: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, ...]:
    """Sums of weight u^p before each point, p = 0, 1, 2, float64 (n + 1,): a run costs S2 - S1^2 / S0.

    u is centred and scaled, so that the sums of squares lose little.
    """
    middle = np.average(points, weights=weight)
    u = (points - middle) / np.abs(points - middle).max()
    return tuple(np.concatenate([[0.0], np.cumsum(weight * u**p)]) for p in range(3))


def cuts_to_starts(cuts: list[np.ndarray], n: int) -> np.ndarray:
    """Where each cluster of the ``n`` points begins, from the start of the last one for each number of points."""
    edges = [n]
    for cut in reversed(cuts):
        edges.append(int(cut[edges[-1]]))
    return np.array(edges[:0:-1])


def _next_row(best: np.ndarray, cost: Callable[[np.ndarray, int], np.ndarray], m: int) -> tuple[np.ndarray, np.ndarray]:
    """Row m + 1 of D from row m, and the start of the last cluster for each number of points."""
    n = best.size - 1
    row, cut = np.full(n + 1, np.inf), np.zeros(n + 1, np.int64)
    todo = [(m + 1, n, m, n - 1)]  # columns first .. last, whose best i lies in low .. high
    while todo:
        first, last, low, high = todo.pop()
        if first > last:
            continue
        j = (first + last) // 2
        i = np.arange(low, min(high, j - 1) + 1)
        totals = best[i] + cost(i, j)
        at = int(np.argmin(totals))
        row[j], cut[j] = totals[at], i[at]
        todo += [(first, j - 1, low, int(i[at])), (j + 1, last, int(i[at]), high)]
    return row, cut
