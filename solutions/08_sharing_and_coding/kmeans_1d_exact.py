"""Reference answer: exact k-means of single values by dynamic programming."""

import itertools

import numpy as np


def kmeans_1d_exact(x: np.ndarray, *, k: int) -> tuple[np.ndarray, float]:
    """Return ``(centroids, inertia)`` of the best split of ``x`` into ``k`` clusters."""
    if k < 1 or len(np.unique(x)) < k:
        raise ValueError("k must be at least 1 and at most the number of different values of x")
    values = np.sort(x.ravel().astype(np.float64))
    n = len(values)

    # costs[i, j]: the inertia of the run i .. j - 1 as one cluster; infinite where there is none. Differences from the
    # mean lose no digits. (With prefix sums of v and v**2 each cost takes O(1), but v must be shifted first.)
    costs = np.full((n + 1, n + 1), np.inf)
    for i, j in itertools.combinations(range(n + 1), 2):
        costs[i, j] = np.sum((values[i:j] - values[i:j].mean()) ** 2)

    # best[j]: the least inertia of the first j values, at first in one cluster. One cluster more: the first i values
    # as well as possible, and the run i .. j - 1 as the last cluster; the i that wins is noted.
    best = costs[0]
    starts = []
    for _ in range(k - 1):
        total = best[:, None] + costs
        starts.append(total.argmin(axis=0))
        best = total.min(axis=0)

    # Walk back from the end: each step reads off where the last run begins.
    edges = [n]
    for start in starts[::-1]:
        edges.append(start[edges[-1]])
    edges.append(0)
    return np.array([values[i:j].mean() for j, i in itertools.pairwise(edges)])[::-1], best[n]
