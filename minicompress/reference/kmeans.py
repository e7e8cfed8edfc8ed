"""k-means for vectors: minimise sum_i |x_i - c_{a(i)}|^2 by Lloyd's two steps, from k-means++ starts.

Source: Lloyd 1982; Arthur and Vassilvitskii 2007 (k-means++).
"""

from __future__ import annotations

import numpy as np

__all__ = ["kmeans_assign", "kmeans_lloyd", "kmeans_start"]


def kmeans_assign(x: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Index (int64) of the nearest of ``centroids`` (k, d) for each row of ``x`` (n, d); of equals, the first.

    >>> kmeans_assign(np.float32([[0, 0], [3, 3]]), np.float32([[1, 1], [4, 4]]))
    array([0, 1])
    """
    points, centres = x.astype(np.float64), centroids.astype(np.float64)
    # |x - c|^2 less |x|^2, which does not matter to the minimum; shape (n, k).
    return ((centres**2).sum(axis=1) - 2 * (points @ centres.T)).argmin(axis=1)


def kmeans_start(x: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``k`` rows of ``x`` (n, d), float64, each drawn in proportion to its squared distance from those before.

    >>> kmeans_start(np.float32([[1, 1]]), 2, np.random.default_rng(0))
    array([[1., 1.],
           [1., 1.]])
    """
    points = x.astype(np.float64)
    chosen = [points[rng.integers(len(points))]]
    distance = np.full(len(points), np.inf)
    while len(chosen) < k:
        distance = np.minimum(distance, ((points - chosen[-1]) ** 2).sum(axis=1))
        total = distance.sum()
        pick = rng.choice(len(points), p=distance / total) if total > 0 else 0
        chosen.append(points[pick])
    return np.array(chosen)


def kmeans_lloyd(x: np.ndarray, centroids: np.ndarray, n_iter: int) -> np.ndarray:
    """Move ``centroids`` (k, d) by at most ``n_iter`` steps, until no row of ``x`` (n, d) changes its cluster.

    A centroid that loses all its rows stays where it is.

    >>> kmeans_lloyd(np.float32([[0, 0], [0, 2], [9, 9]]), np.float32([[0, 0], [9, 8]]), 10)
    array([[0., 1.],
           [9., 9.]])
    """
    centres, before = centroids.astype(np.float64), None
    for _ in range(n_iter):
        labels = kmeans_assign(x, centres)
        if before is not None and np.array_equal(labels, before):
            break
        before = labels
        counts = np.bincount(labels, minlength=len(centres))
        sums = np.zeros_like(centres)
        np.add.at(sums, labels, x)
        centres[counts > 0] = sums[counts > 0] / counts[counts > 0, None]
    return centres
