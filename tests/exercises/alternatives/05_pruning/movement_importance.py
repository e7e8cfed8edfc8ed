"""Right answers to movement_importance in other styles; each must pass."""

import numpy as np


def cumulative(w, grads, *, lr):
    """No loop: the whole path of the weights by a cumulative sum."""
    if grads.ndim != w.ndim + 1 or grads.shape[1:] != w.shape or not lr > 0:
        raise ValueError("grads or lr")
    wide = grads.astype(np.float64)
    moved = np.cumsum(wide, axis=0)
    before = w.astype(np.float64) - lr * (moved - wide)
    return -np.einsum("t...,t...->...", before, wide), w - lr * wide.sum(axis=0)


def in_place(w, grads, *, lr):
    """In place, on Fortran-ordered copies."""
    if grads.shape != (len(grads), *w.shape) or lr <= 0 or lr != lr:
        raise ValueError("grads or lr")
    now, score = np.array(w, np.float64, order="F"), np.zeros(w.shape, order="F")
    for t in range(grads.shape[0]):
        g = grads[t].astype(np.float64)
        score -= now * g
        now -= lr * g
    return score, now
