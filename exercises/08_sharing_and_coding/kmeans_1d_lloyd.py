"""Weight sharing by k-means (k 均值聚类权重共享): Lloyd's algorithm from a linear start, as in Deep Compression.

Questions: K13, B22, K15 | Difficulty: 2/5 | Minutes: 15 | Points: 20

Every weight of ``x`` is replaced by one of ``k`` shared values, the centroids (聚类中心). Deep Compression
(arXiv:1510.00149) starts them at equal distances over the whole range, because large weights are rare and matter:

    c[m] = lo + (hi - lo) * m / (k - 1),   m = 0 .. k - 1,   lo = min(x),  hi = max(x)

Task (任务): from this linear start (线性初始化), do exactly ``iterations`` times (stopping earlier is allowed where
nothing would change any more):

1. Assign (分配): the code of a weight is the index of the nearest centroid; of two equally near the lower index.
2. Update (更新): a centroid becomes the mean of its weights. A centroid without weights (空簇) stays where it is.

Then assign once more, to the final centroids. Return the tuple ``(centroids, codes)``:

centroids : float64 (k,), in the order of the start.  codes : integers of the shape of ``x``.
With ``iterations = 0`` the centroids are the linear start.

x : float32 or float64 of any shape; do not change it. Compute in float64.
Tolerance (容差): centroids to a relative 1e-9 (absolute 1e-12), codes exact. A weight is either exactly half way
between two centroids or clearly nearer to one.
Raise ``ValueError`` where ``x`` is empty, ``k`` is below 2 or ``iterations`` is below 0.
"""

import numpy as np


def kmeans_1d_lloyd(x: np.ndarray, *, k: int, iterations: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(centroids, codes)`` after ``iterations`` rounds of Lloyd's algorithm from the linear start."""
    raise NotImplementedError
