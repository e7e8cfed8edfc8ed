"""Right answers to hashed_weight_matrix in other styles; each must pass."""

import numpy as np


def plain_python(c, x, grad_y, *, seed=0):
    """Four loops, Python integers, nothing kept but the sums."""
    if c.ndim != 1 or not len(c) or x.ndim != 2 or grad_y.ndim != 2 or x.shape[0] != grad_y.shape[0]:
        raise ValueError("shapes")
    y, grad_c = np.zeros(grad_y.shape), np.zeros(len(c))
    for i in range(grad_y.shape[1]):
        for j in range(x.shape[1]):
            t = (2654435761 * i + 2246822519 * j + seed) % 2**32
            h, sign = (t ^ (t >> 16)) % len(c), -1 if t >= 2**31 else 1
            for b in range(len(x)):
                y[b, i] += sign * c[h] * x[b, j]
                grad_c[h] += sign * grad_y[b, i] * x[b, j]
    return y, grad_c


def wrapping_integers(c, x, grad_y, *, seed=0):
    """uint32 arithmetic, which wraps by itself; the layer as a linear map of c, transposed for the gradient."""
    if c.ndim != 1 or c.shape[0] < 1 or (x.ndim, grad_y.ndim) != (2, 2) or len(x) != len(grad_y):
        raise ValueError("shapes")
    rows = np.arange(grad_y.shape[1], dtype=np.uint32) * np.uint32(2654435761)
    columns = np.arange(x.shape[1], dtype=np.uint32) * np.uint32(2246822519)
    t = rows[:, None] + columns[None, :] + np.full((1, 1), seed, np.uint32)
    h = (t ^ (t >> np.uint32(16))) % np.uint32(len(c))
    signed = np.eye(len(c))[h.astype(int)] * (1 - 2 * (t >> np.uint32(31)).astype(float))[:, :, None]
    return np.einsum("bj,ijm,m->bi", x, signed, c), np.einsum("bi,ijm,bj->m", grad_y, signed, x)
