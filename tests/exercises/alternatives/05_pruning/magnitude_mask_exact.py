"""Right answers to magnitude_mask_exact in other styles; each must pass."""

import math

import numpy as np


def sorted_pairs(w, *, sparsity):
    """Python's sort on (magnitude, position)."""
    if not (0 <= sparsity <= 1) or w.size == 0 or np.isnan(w).any():
        raise ValueError("sparsity or w")
    pairs = sorted((abs(v), i) for i, v in enumerate(w.ravel().tolist()))
    gone = {i for _, i in pairs[: round(w.size * sparsity)]}
    return np.array([i not in gone for i in range(w.size)]).reshape(w.shape)


def threshold_and_count(w, *, sparsity):
    """A threshold for what lies clearly below it, then a running count through the ties."""
    if math.isnan(sparsity) or sparsity < 0 or sparsity > 1 or w.size == 0 or np.isnan(w).any():
        raise ValueError("sparsity or w")
    k = int(np.rint(w.size * sparsity))
    if k == 0:
        return np.ones_like(w, dtype=bool)
    size = np.abs(np.ascontiguousarray(w)).reshape(-1)
    threshold = np.partition(size, k - 1)[k - 1]
    below, tied = size < threshold, size == threshold
    return ~(below | (tied & (np.cumsum(tied) <= k - below.sum()))).reshape(w.shape)
