"""Wrong repairs of the structured pruning; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _best(w_in, w_out, units):
    if not 1 <= units <= len(w_in):
        raise ValueError("units")
    importance = np.linalg.norm(w_in, axis=1) * np.linalg.norm(w_out, axis=0)
    return np.argsort(-importance, kind="stable")[:units]


def unrepaired(w_in, b_in, w_out, *, units):
    """the fault is still there"""
    best = _best(w_in, w_out, units)
    return w_in[best], b_in[best], w_out[:, np.sort(best)]


def list_everywhere(w_in, b_in, w_out, *, units):
    """the function is right, but the units are in order of importance"""
    best = _best(w_in, w_out, units)
    return w_in[best], b_in[best], w_out[:, best]


def bias_forgotten(w_in, b_in, w_out, *, units):
    """b_in is still in order of importance"""
    best = _best(w_in, w_out, units)
    kept = np.sort(best)
    return w_in[kept], b_in[best], w_out[:, kept]


def turned_round(w_in, b_in, w_out, *, units):
    """the fault was turned round"""
    best = _best(w_in, w_out, units)
    kept = np.sort(best)
    return w_in[kept], b_in[kept], w_out[:, best]


def blamed_the_minus(w_in, b_in, w_out, *, units):
    """the least important units were kept"""
    if not 1 <= units <= len(w_in):
        raise ValueError("units")
    importance = np.linalg.norm(w_in, axis=1) * np.linalg.norm(w_out, axis=0)
    kept = np.sort(np.argsort(importance, kind="stable")[:units])
    return w_in[kept], b_in[kept], w_out[:, kept]


def blamed_the_sort(w_in, b_in, w_out, *, units):
    """of equal units the higher index was kept"""
    _best(w_in, w_out, units)
    importance = np.linalg.norm(w_in, axis=1) * np.linalg.norm(w_out, axis=0)
    kept = np.sort(np.argsort(importance, kind="stable")[-units:])
    return w_in[kept], b_in[kept], w_out[:, kept]


def blamed_the_axes(w_in, b_in, w_out, *, units):
    """the axes of the norms were changed"""
    _best(w_in, w_out, units)
    importance = np.resize(np.linalg.norm(w_in, axis=0) * np.linalg.norm(w_out, axis=1), len(w_in))
    kept = np.sort(np.argsort(-importance, kind="stable")[:units])
    return w_in[kept], b_in[kept], w_out[:, kept]


def blamed_the_second_norm(w_in, b_in, w_out, *, units):
    """w_out plays no part in the importance"""
    _best(w_in, w_out, units)
    kept = np.sort(np.argsort(-np.linalg.norm(w_in, axis=1), kind="stable")[:units])
    return w_in[kept], b_in[kept], w_out[:, kept]


def hides_it(w_in, b_in, w_out, *, units):
    """the first units were kept"""
    _best(w_in, w_out, units)
    return w_in[:units], b_in[:units], w_out[:, :units]


def sorts_the_arguments(w_in, b_in, w_out, *, units):
    """after the call, w_in is"""
    best = _best(w_in, w_out, len(w_in))[:units] if 1 <= units <= len(w_in) else _best(w_in, w_out, units)
    order = np.concatenate([best, np.setdiff1d(np.arange(len(w_in)), best)])
    w_in[...], b_in[...], w_out[...] = w_in[order], b_in[order], w_out[:, order]
    return w_in[:units], b_in[:units], w_out[:, :units]


def lost_the_check(w_in, b_in, w_out, *, units):
    """expected ValueError, returned .*units must be in 1"""
    importance = np.linalg.norm(w_in, axis=1) * np.linalg.norm(w_out, axis=0)
    kept = np.sort(np.argsort(-importance, kind="stable")[: max(units, 0)])
    return w_in[kept], b_in[kept], w_out[:, kept]
