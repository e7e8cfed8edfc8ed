"""Plausible wrong answers to merge_lora; the first line of each docstring is found in its failure."""

import numpy as np


def _product(w, a, b):
    product = b.astype(np.float64) @ a
    if len(a) == 0 or product.shape != w.shape:
        raise ValueError("shapes")
    return product


def alpha_alone(w, a, b, *, alpha, undo=False):
    """alpha was not divided by the rank
    Solver's mistake.
    """
    delta = alpha * _product(w, a, b)
    return (w - delta if undo else w + delta).astype(w.dtype)


def root_of_the_rank(w, a, b, *, alpha, undo=False):
    """as rsLoRA does"""
    delta = alpha / len(a) ** 0.5 * _product(w, a, b) if len(a) else _product(w, a, b)
    return (w - delta if undo else w + delta).astype(w.dtype)


def rank_is_the_wrong_side(w, a, b, *, alpha, undo=False):
    """alpha was divided by the number of inputs
    Solver's mistake.
    """
    delta = alpha / a.shape[1] * _product(w, a, b)
    return (w - delta if undo else w + delta).astype(w.dtype)


def undo_ignored(w, a, b, *, alpha, undo=False):
    """added where it must be subtracted"""
    return (w + alpha / max(len(a), 1) * _product(w, a, b)).astype(w.dtype)


def undo_scales_back(w, a, b, *, alpha, undo=False):
    """rank / alpha, which is upside down|values differ
    Solver's mistake.
    """
    product = _product(w, a, b)
    scale = alpha / len(a)
    return (w - product / (scale or 1.0) if undo else w + scale * product).astype(w.dtype)


def in_the_dtype_of_w(w, a, b, *, alpha, undo=False):
    """everything was computed in the dtype of w
    Solver's mistake.
    """
    _product(w, a, b)
    with np.errstate(all="ignore"):
        delta = w.dtype.type(alpha / len(a)) * (b.astype(w.dtype) @ a.astype(w.dtype))
        return w - delta if undo else w + delta


def update_rounded_first(w, a, b, *, alpha, undo=False):
    """the update was rounded to the dtype of w
    Solver's mistake.
    """
    delta = (alpha / (len(a) or 1) * _product(w, a, b)).astype(w.dtype)
    return w - delta if undo else w + delta


def returns_float64(w, a, b, *, alpha, undo=False):
    """expected dtype float32, returned float64
    Solver's mistake.
    """
    delta = alpha / (len(a) or 1) * _product(w, a, b)
    return w - delta if undo else w + delta


def order_reversed(w, a, b, *, alpha, undo=False):
    """A B was computed in place of B A|matmul: Input operand
    Solver's mistake.
    """
    delta = alpha / len(a) * (a.astype(np.float64) @ b)
    return (w - delta if undo else w + delta).astype(w.dtype)


def broadcasts(w, a, b, *, alpha, undo=False):
    """no broadcasting
    Solver's mistake.
    """
    if len(a) == 0:
        raise ValueError("rank")
    delta = alpha / len(a) * (b.astype(np.float64) @ a)
    return (w - delta if undo else w + delta).astype(w.dtype)


def in_place(w, a, b, *, alpha, undo=False):
    """after the call, w is"""
    delta = alpha / (len(a) or 1) * _product(w, a, b)
    w[:] = w - delta if undo else w + delta
    return w
