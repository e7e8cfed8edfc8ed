"""Right answers to rigl_step in other styles; each must pass."""

import numpy as np


def with_infinities(w, grad, mask, *, fraction):
    """Full-size score arrays: infinity where a weight may not be chosen."""
    if w.shape != mask.shape or w.shape != grad.shape or mask.dtype.kind != "b" or not 0 <= fraction <= 1:
        raise ValueError("shapes, mask or fraction")
    k = int(min(np.rint(fraction * np.count_nonzero(mask)), np.count_nonzero(~mask)))
    drop = np.argsort(np.where(mask, np.abs(w), np.inf).ravel(), kind="stable")[:k]
    grow = np.argsort(np.where(mask, np.inf, -np.abs(grad)).ravel(), kind="stable")[:k]
    new, result = mask.copy(order="C").reshape(-1), np.where(mask, w, 0).astype(w.dtype).reshape(-1)
    new[drop], new[grow], result[drop] = False, True, 0
    return result.reshape(w.shape), new.reshape(w.shape)


def loops(w, grad, mask, *, fraction):
    """Python lists and sort."""
    if len({w.shape, grad.shape, mask.shape}) > 1 or mask.dtype != np.bool_ or not (0 <= fraction <= 1):
        raise ValueError("shapes, mask or fraction")
    on = [i for i in range(w.size) if mask.flat[i]]
    off = [i for i in range(w.size) if not mask.flat[i]]
    k = min(round(fraction * len(on)), len(off))
    kept = sorted(on, key=lambda i: abs(w.flat[i]))[k:]
    grown = sorted(off, key=lambda i: -abs(grad.flat[i]))[:k]
    result, new = np.zeros_like(w, order="F"), np.zeros(w.shape, bool)
    for i in kept:
        result.flat[i] = w.flat[i]
    for i in kept + grown:
        new.flat[i] = True
    return result, new
