"""Right answers to nm_mask_rows in other styles; each must pass."""

import numpy as np


def loops(w, *, n=2, m=4):
    """Group by group, with Python's sort."""
    if w.ndim != 2 or n < 1 or n > m or w.shape[1] % m != 0:
        raise ValueError("w, n or m")
    mask = np.zeros_like(w, dtype=bool)
    for i in range(w.shape[0]):
        for start in range(0, w.shape[1], m):
            places = sorted(range(start, start + m), key=lambda j: (-abs(w[i, j]), j))
            mask[i, places[:n]] = True
    return mask


def ranks(w, *, n=2, m=4):
    """A weight stays where fewer than n of its group come before it: no sort at all."""
    if w.ndim != 2 or not 0 < n <= m or w.shape[1] % m:
        raise ValueError("w, n or m")
    size = np.abs(w).reshape(w.shape[0], w.shape[1] // m, m)
    mine, other = size[..., :, None], size[..., None, :]
    before = np.tri(m, k=-1, dtype=bool)
    rank = ((other > mine) | ((other == mine) & before)).sum(axis=-1)
    return (rank < n).reshape(w.shape)
