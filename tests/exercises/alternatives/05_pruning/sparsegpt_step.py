"""Right answers to sparsegpt_step in other styles; each must pass."""

import numpy as np


def loops(w, u, *, start, stop, sparsity):
    """One weight at a time, Python's sort."""
    rows, columns = w.shape
    if u.shape != (columns, columns) or not (0 <= start < stop <= columns) or not (0 <= sparsity <= 1):
        raise ValueError("u, start, stop or sparsity")
    w = w.astype(np.float64)
    places = [(i, j) for i in range(rows) for j in range(start, stop)]
    places.sort(key=lambda p: w[p] ** 2 / float(u[p[1], p[1]]) ** 2)
    mask = np.ones((rows, stop - start), bool)
    for i, j in places[: round(len(places) * sparsity)]:
        mask[i, j - start] = False
    for j in range(start, stop):
        for i in range(rows):
            if not mask[i, j - start]:
                step = w[i, j] / float(u[j, j])
                w[i, j] = 0.0
                for c in range(j + 1, columns):
                    w[i, c] -= step * float(u[j, c])
    return w, mask


def lazy_batch(w, u, *, start, stop, sparsity):
    """As the paper's code: errors are collected in the block, the columns after it are updated once, by a matmul."""
    columns = w.shape[1]
    if np.shape(u) != (columns, columns) or start < 0 or start >= stop or stop > columns:
        raise ValueError("u, start or stop")
    if not 0 <= sparsity <= 1:
        raise ValueError("sparsity")
    w, u = np.array(w, np.float64, order="F"), u.astype(np.float64)
    block, inner = w[:, start:stop].copy(), u[start:stop, start:stop]
    rank = ((block / inner.diagonal()) ** 2).ravel().argsort(kind="stable").argsort(kind="stable")
    mask = (rank >= int(np.rint(rank.size * sparsity))).reshape(block.shape)
    errors = np.zeros(block.shape)
    for j in range(stop - start):
        errors[:, j] = block[:, j] * ~mask[:, j] / inner[j, j]
        block[:, j + 1 :] -= errors[:, [j]] @ inner[[j], j + 1 :]
    w[:, start:stop] = np.where(mask, block, 0)
    w[:, stop:] -= errors @ u[start:stop, stop:]
    return w, mask
