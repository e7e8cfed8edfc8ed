"""k-means for vectors: minimise sum_i |x_i - c_{a(i)}|^2 by Lloyd's two steps, from k-means++ starts.

Source: Lloyd 1982; Arthur and Vassilvitskii 2007 (k-means++); a codebook for each piece: Jegou et al. 2011.
"""

from __future__ import annotations

import numpy as np

__all__ = ["kmeans_assign", "kmeans_lloyd", "kmeans_start", "product_encode"]


def kmeans_assign(x: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Index (int64) of the nearest of ``centroids`` (k, d) for each row of ``x`` (n, d); of equals, the first.

    Distances are summed in float64, one dimension after the other: equal centroids are equally far, to the bit.

    >>> kmeans_assign(np.float32([[0, 0], [3, 3]]), np.float32([[1, 1], [4, 4]]))
    array([0, 1])
    """
    points, centres = x.astype(np.float64), centroids.astype(np.float64)
    distance = np.zeros((len(points), len(centres)))
    for t in range(points.shape[1]):
        distance += (points[:, t, None] - centres[:, t]) ** 2
    return distance.argmin(axis=1)


def product_encode(x: np.ndarray, codebook: np.ndarray) -> np.ndarray:
    """Codes, uint8 (n, m), of the rows of ``x`` (n, m * d) in ``codebook`` (m, k, d) with k <= 256.

        codes[i, p] = the index of the nearest of codebook[p] to x[i, p * d : (p + 1) * d]

    >>> product_encode(np.float32([[0, 0, 9, 9]]), np.float32([[[1, 1], [7, 7]], [[1, 1], [7, 7]]]))
    array([[0, 1]], dtype=uint8)
    """
    m, _, d = codebook.shape
    pieces = x.reshape(len(x), m, d)
    return np.stack([kmeans_assign(pieces[:, p], codebook[p]) for p in range(m)], axis=1).astype(np.uint8)


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
