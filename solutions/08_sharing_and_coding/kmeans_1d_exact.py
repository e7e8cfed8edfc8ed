"""Reference answer: exact k-means of single values by dynamic programming."""

import numpy as np


def kmeans_1d_exact(x: np.ndarray, *, k: int) -> tuple[np.ndarray, float]:
    """Return ``(centroids, inertia)`` of the best split of ``x`` into ``k`` clusters."""
    if k < 1 or len(np.unique(x)) < k:
        raise ValueError("k must be at least 1 and at most the number of different values of x")
    values = np.sort(x.ravel().astype(np.float64))
    shift = values.mean()  # the cost below is a difference of two sums: keep them small
    centred = values - shift
    n = len(values)
    sums = np.concatenate([[0.0], np.cumsum(centred)])
    squares = np.concatenate([[0.0], np.cumsum(centred**2)])

    # best[m, j]: the least inertia of the first j values in m clusters; start[m, j]: where its last cluster begins.
    # best[0, j] stays infinite for j > 0: no cluster holds no values only.
    best = np.full((k + 1, n + 1), np.inf)
    best[0, 0] = 0.0
    start = np.zeros((k + 1, n + 1), int)
    for m in range(1, k + 1):
        for j in range(1, n + 1):
            i = np.arange(j)
            # sum (v - mean)^2 over the run i .. j - 1, from prefix sums
            cost = squares[j] - squares[i] - (sums[j] - sums[i]) ** 2 / (j - i)
            total = best[m - 1, i] + cost
            start[m, j] = np.argmin(total)
            best[m, j] = total[start[m, j]]

    # Walk back from all values in k clusters: each step reads off the last run.
    centroids = np.zeros(k)
    j = n
    for m in range(k, 0, -1):
        i = start[m, j]
        centroids[m - 1] = shift + (sums[j] - sums[i]) / (j - i)
        j = i
    return centroids, float(best[k, n])
