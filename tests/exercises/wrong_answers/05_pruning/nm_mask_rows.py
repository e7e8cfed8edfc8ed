"""Plausible wrong answers to nm_mask_rows; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(w, n, m):
    if w.ndim != 2 or not 1 <= n <= m or w.shape[1] % m:
        raise ValueError("w, n or m")


def _first(order, n):
    mask = np.zeros(order.shape, bool)
    np.put_along_axis(mask, order[:, :n], True, axis=1)
    return mask


def prunes_n(w, *, n=2, m=4):
    """n is the number that stays"""
    _checked(w, n, m)
    groups = np.abs(w).reshape(-1, m)
    return ~_first(np.argsort(groups, axis=1, kind="stable"), n).reshape(w.shape)


def threshold(w, *, n=2, m=4):
    """ties let more than n weights stay"""
    _checked(w, n, m)
    groups = np.abs(w).reshape(-1, m)
    return (groups >= np.sort(groups, axis=1)[:, [m - n]]).reshape(w.shape)


def last_of_argsort(w, *, n=2, m=4):
    """the one at the higher index was kept"""
    _checked(w, n, m)
    order = np.argsort(np.abs(w).reshape(-1, m), axis=1, kind="stable")
    return _first(order[:, ::-1], n).reshape(w.shape)


def down_the_columns(w, *, n=2, m=4):
    """the groups run down the columns"""
    _checked(w, n, m)
    if len(w) % m:
        return np.ones(w.shape, bool)
    groups = np.abs(w.T).reshape(-1, m)
    return _first(np.argsort(-groups, axis=1, kind="stable"), n).reshape(w.T.shape).T


def strided_groups(w, *, n=2, m=4):
    """a group is a run of neighbours"""
    _checked(w, n, m)
    groups = np.abs(w).reshape(len(w), m, w.shape[1] // m)
    order = np.argsort(-groups, axis=1, kind="stable")
    mask = np.zeros(groups.shape, bool)
    np.put_along_axis(mask, order[:, :n], True, axis=1)
    return mask.reshape(w.shape)


def signed(w, *, n=2, m=4):
    """the signed values were compared"""
    _checked(w, n, m)
    return _first(np.argsort(-w.reshape(-1, m), axis=1, kind="stable"), n).reshape(w.shape)


def per_row_count(w, *, n=2, m=4):
    """not n in each group of m"""
    _checked(w, n, m)
    return _first(np.argsort(-np.abs(w), axis=1, kind="stable"), w.shape[1] * n // m)


def inverted(w, *, n=2, m=4):
    """the mask is inverted"""
    _checked(w, n, m)
    return ~_first(np.argsort(-np.abs(w).reshape(-1, m), axis=1, kind="stable"), n).reshape(w.shape)


def groups_across_rows(w, *, n=2, m=4):
    """expected ValueError, returned .*are not a multiple of m"""
    if w.ndim != 2 or not 1 <= n <= m or w.size % m:
        raise ValueError("w, n or m")
    return _first(np.argsort(-np.abs(w).reshape(-1, m), axis=1, kind="stable"), n).reshape(w.shape)


def not_stable(w, *, n=2, m=4):
    """the sort is not stable"""
    _checked(w, n, m)
    return _first(np.argsort(-np.abs(w).reshape(-1, m), axis=1, kind="quicksort"), n).reshape(w.shape)
