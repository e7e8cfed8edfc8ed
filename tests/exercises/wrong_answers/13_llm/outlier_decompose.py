"""Plausible wrong answers to outlier_decompose; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(x, w, threshold):
    if x.shape[1] != w.shape[1] or threshold <= 0:
        raise ValueError("x, w or threshold")
    return np.abs(x).max(axis=0) >= threshold


def _scale(m):
    largest = np.abs(m).max(axis=1, initial=0)
    return np.where(largest > 0, largest / 127, 1.0)


def _product(x, w, out, dtype=np.int64, rounding=np.rint):
    a, b = x[:, ~out], w[:, ~out]
    sx, sw = _scale(a), _scale(b)
    qx, qw = rounding(a / sx[:, None]).astype(dtype), rounding(b / sw[:, None]).astype(dtype)
    return np.outer(sx, sw) * (qx @ qw.T) + x[:, out] @ w[:, out].T


def scales_of_all_columns(x, w, *, threshold=6.0):
    """the scales were taken over all columns
    Solver's mistake.
    """
    out = _checked(x, w, threshold)
    sx, sw = _scale(x), _scale(w)
    qx, qw = np.rint(x / sx[:, None]), np.rint(w / sw[:, None])
    return np.outer(sx, sw) * (qx[:, ~out] @ qw[:, ~out].T) + x[:, out] @ w[:, out].T, np.flatnonzero(out)


def int8_products(x, w, *, threshold=6.0):
    """the int8 products wrapped
    Solver's mistake.
    """
    out = _checked(x, w, threshold)
    return _product(x, w, out, np.int8), np.flatnonzero(out)


def int16_sums(x, w, *, threshold=6.0):
    """the sums wrapped in int16"""
    out = _checked(x, w, threshold)
    return _product(x, w, out, np.int16), np.flatnonzero(out)


def outliers_dropped(x, w, *, threshold=6.0):
    """the outlier columns are missing from the sum"""
    out = _checked(x, w, threshold)
    return _product(np.where(out, 0, x), w, out), np.flatnonzero(out)


def everything_in_int8(x, w, *, threshold=6.0):
    """no column was taken out
    Solver's mistake.
    """
    out = _checked(x, w, threshold)
    return _product(x, w, np.zeros_like(out)), np.flatnonzero(np.zeros_like(out))


def in_float(x, w, *, threshold=6.0):
    """nothing was quantized
    Solver's mistake.
    """
    return x @ w.T, np.flatnonzero(_checked(x, w, threshold))


def above_the_threshold(x, w, *, threshold=6.0):
    """equals the threshold is an outlier too
    Solver's mistake.
    """
    _checked(x, w, threshold)
    out = np.abs(x).max(axis=0) > threshold
    return _product(x, w, out), np.flatnonzero(out)


def positive_outliers(x, w, *, threshold=6.0):
    """large negative values count too"""
    _checked(x, w, threshold)
    out = x.max(axis=0) >= threshold
    return _product(x, w, out), np.flatnonzero(out)


def where_all_are_large(x, w, *, threshold=6.0):
    """not only where all are"""
    _checked(x, w, threshold)
    out = (np.abs(x) >= threshold).all(axis=0)
    return _product(x, w, out), np.flatnonzero(out)


def outliers_of_the_weights(x, w, *, threshold=6.0):
    """the outliers were sought in the weights"""
    _checked(x, w, threshold)
    out = np.abs(w).max(axis=0) >= threshold
    return _product(x, w, out), np.flatnonzero(out)


def returns_the_mask(x, w, *, threshold=6.0):
    """as indices, not as a mask
    Solver's mistake.
    """
    out = _checked(x, w, threshold)
    return _product(x, w, out), out


def truncated(x, w, *, threshold=6.0):
    """the codes were truncated"""
    out = _checked(x, w, threshold)
    return _product(x, w, out, rounding=np.trunc), np.flatnonzero(out)


def no_regular_columns(x, w, *, threshold=6.0):
    """zero-size array to reduction operation
    Solver's mistake.
    """
    out = _checked(x, w, threshold)
    np.abs(x[:, ~out]).max(axis=1)
    return _product(x, w, out), np.flatnonzero(out)
