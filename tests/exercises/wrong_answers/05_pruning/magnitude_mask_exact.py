"""Plausible wrong answers to magnitude_mask_exact; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(w, sparsity):
    if not 0 <= sparsity <= 1 or w.size == 0 or np.isnan(w).any():
        raise ValueError("sparsity or w")
    return round(w.size * sparsity)


def _prune(w, order, k):
    mask = np.ones(w.size, bool)
    mask[order[:k]] = False
    return mask.reshape(w.shape)


def by_quantile(w, *, sparsity):
    """more than k weights are gone"""
    _checked(w, sparsity)
    k = round(w.size * sparsity)
    if k == 0:
        return np.ones(w.shape, bool)
    return np.abs(w) > np.partition(np.abs(w), k - 1, axis=None)[k - 1]


def by_threshold_that_spares_ties(w, *, sparsity):
    """fewer than k weights are gone"""
    k = _checked(w, sparsity)
    if k in (0, w.size):
        return np.full(w.shape, k == 0)
    return np.abs(w) >= np.sort(np.abs(w), axis=None)[k - 1]


def without_abs(w, *, sparsity):
    """the magnitude is abs\\(w\\)"""
    return _prune(w, np.argsort(w.ravel(), kind="stable"), _checked(w, sparsity))


def truncated_count(w, *, sparsity):
    """k was truncated, not rounded"""
    _checked(w, sparsity)
    return _prune(w, np.argsort(np.abs(w).ravel(), kind="stable"), int(w.size * sparsity))


def half_up(w, *, sparsity):
    """half was rounded up in k"""
    _checked(w, sparsity)
    return _prune(w, np.argsort(np.abs(w).ravel(), kind="stable"), int(w.size * sparsity + 0.5))


def last_tie_first(w, *, sparsity):
    """the last one was pruned first"""
    k = _checked(w, sparsity)
    order = np.argsort(-np.abs(w).ravel(), kind="stable")
    mask = np.zeros(w.size, bool)
    mask[order[: w.size - k]] = True
    return mask.reshape(w.shape)


def memory_order(w, *, sparsity):
    """ties were broken in column-major order"""
    k = _checked(w, sparsity)
    mask = np.ones(w.size, bool)
    mask[np.argsort(np.abs(w).ravel("K"), kind="stable")[:k]] = False
    return mask.reshape(w.shape, order="F" if w.flags.f_contiguous else "C")


def true_means_pruned(w, *, sparsity):
    """the mask is inverted"""
    k = _checked(w, sparsity)
    return ~_prune(w, np.argsort(np.abs(w).ravel(), kind="stable"), k)


def row_by_row(w, *, sparsity):
    """the whole tensor is one pool here"""
    _checked(w, sparsity)
    if w.ndim != 2:
        return _prune(w, np.argsort(np.abs(w).ravel(), kind="stable"), round(w.size * sparsity))
    return np.array([_prune(r, np.argsort(np.abs(r), kind="stable"), round(r.size * sparsity)) for r in w])


def keeps_k(w, *, sparsity):
    """k = n \\* s counts what goes"""
    k = _checked(w, sparsity)
    return _prune(w, np.argsort(np.abs(w).ravel(), kind="stable"), w.size - k)


def mask_of_floats(w, *, sparsity):
    """expected booleans, returned floats"""
    k = _checked(w, sparsity)
    return _prune(w, np.argsort(np.abs(w).ravel(), kind="stable"), k).astype(w.dtype)


def prunes_in_place(w, *, sparsity):
    """after the call, w is"""
    mask = _prune(w, np.argsort(np.abs(w).ravel(), kind="stable"), _checked(w, sparsity))
    w *= mask
    return mask


def nan_slips_through(w, *, sparsity):
    """expected ValueError.*sparsity must be in 0|expected ValueError, returned .*w holds a NaN"""
    if sparsity < 0 or sparsity > 1 or w.size == 0:
        raise ValueError("sparsity or w")
    return _prune(w, np.argsort(np.abs(w).ravel(), kind="stable"), int(np.nan_to_num(np.rint(w.size * sparsity))))
