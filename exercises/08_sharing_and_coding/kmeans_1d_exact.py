"""The best k-means in one dimension (一维最优 k 均值): dynamic programming (动态规划), no local minimum.

Questions: K13, K15 | Difficulty: 4/5 | Minutes: 25 | Points: 40

Lloyd's algorithm ends in a local minimum (局部最优). For single weights there is a way to the true one: in the optimum,
each cluster is a run of neighbours of the sorted weights. So only the cuts have to be found.

Task (任务): return the tuple ``(centroids, inertia)`` of the split of the weights of ``x`` into ``k`` clusters, none
empty, with the smallest inertia (簇内平方和) of all:

    inertia = sum over the weights v of (v - centroid of its cluster)**2,      centroid = mean of its cluster

centroids : float64 (k,), ascending (升序), to a relative 1e-9 (absolute 1e-9).
inertia : a float, to a relative 1e-6 (absolute 1e-9).

x : float32 or float64 of any shape, not sorted; do not change it. Compute in float64.
All given data have one optimum only. Up to 80 weights and k = 8; O(k n^2) steps in Python are fast enough (trying all
splits is not).
The weights may lie far from 0, such as 1e8 + (0, 1, 2, 7): the usual ``sum(v**2) - sum(v)**2 / n`` loses all its digits
there (相消误差) unless the weights are shifted first, for example by their mean.

Raise ``ValueError`` where ``k`` is below 1 or ``x`` has fewer than ``k`` different values.
"""

import numpy as np


def kmeans_1d_exact(x: np.ndarray, *, k: int) -> tuple[np.ndarray, float]:
    """Return ``(centroids, inertia)`` of the best split of ``x`` into ``k`` clusters."""
    raise NotImplementedError
