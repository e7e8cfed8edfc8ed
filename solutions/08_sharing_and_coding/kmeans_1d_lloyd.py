"""Reference answer: Lloyd's algorithm in one dimension, from a linear start."""

import numpy as np


def _nearest(values: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """The table of distances, weights by centroids; argmin takes the first of equals, which is the lower index."""
    return np.argmin(np.abs(values[:, None] - centroids), axis=1)


def kmeans_1d_lloyd(x: np.ndarray, *, k: int, iterations: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(centroids, codes)`` after ``iterations`` rounds of Lloyd's algorithm from the linear start."""
    if k < 2 or iterations < 0:
        raise ValueError("k must be at least 2 and iterations at least 0")
    flat = x.ravel().astype(np.float64)

    # min and max of nothing raise ValueError by themselves.
    # Linear: both ends of the range have a centroid, however few weights are there. A start at the quantiles would
    # put almost all centroids among the many small weights.
    centroids = np.linspace(flat.min(), flat.max(), k)
    for _ in range(iterations):
        codes = _nearest(flat, centroids)
        counts = np.bincount(codes, minlength=k)
        sums = np.bincount(codes, weights=flat, minlength=k)
        used = counts > 0  # an empty cluster has no mean: 0 / 0; it waits where it is
        centroids[used] = sums[used] / counts[used]

    # The last update moved the centroids, so the codes of the loop are one step old.
    return centroids, _nearest(flat, centroids).reshape(x.shape)
