"""Plausible wrong answers to taylor_importance; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(w, grads, bias, bias_grads):
    if grads.shape[1:] != w.shape or len(grads) == 0 or (bias is None) != (bias_grads is None):
        raise ValueError("shapes")
    products = w.astype(np.float64) * grads
    flat = products.reshape(len(grads), len(w), -1)
    if bias is not None:
        flat = np.concatenate([flat, (bias.astype(np.float64) * bias_grads)[..., None]], axis=2)
    return flat


def squares_each_product(w, grads, *, bias=None, bias_grads=None):
    """each product was squared before the sum"""
    return (_checked(w, grads, bias, bias_grads) ** 2).sum(axis=2).mean(axis=0)


def averages_first(w, grads, *, bias=None, bias_grads=None):
    """the mean over the batches was taken before the square"""
    return _checked(w, grads, bias, bias_grads).sum(axis=2).mean(axis=0) ** 2


def absolute_value(w, grads, *, bias=None, bias_grads=None):
    """the square is missing: abs of the change"""
    return np.abs(_checked(w, grads, bias, bias_grads).sum(axis=2)).mean(axis=0)


def sums_over_batches(w, grads, *, bias=None, bias_grads=None):
    """the sum over the batches, not the mean"""
    return (_checked(w, grads, bias, bias_grads).sum(axis=2) ** 2).sum(axis=0)


def mean_within_the_channel(w, grads, *, bias=None, bias_grads=None):
    """the mean over the weights of a channel"""
    return (_checked(w, grads, bias, bias_grads).mean(axis=2) ** 2).mean(axis=0)


def forgets_the_bias(w, grads, *, bias=None, bias_grads=None):
    """the bias was left out"""
    _checked(w, grads, bias, bias_grads)
    return (_checked(w, grads, None, None).sum(axis=2) ** 2).mean(axis=0)


def bias_by_itself(w, grads, *, bias=None, bias_grads=None):
    """the bias was squared by itself"""
    _checked(w, grads, bias, bias_grads)
    result = (_checked(w, grads, None, None).sum(axis=2) ** 2).mean(axis=0)
    if bias is not None:
        result += ((bias.astype(np.float64) * bias_grads) ** 2).mean(axis=0)
    return result


def of_the_inputs(w, grads, *, bias=None, bias_grads=None):
    """the importance of the input channels"""
    _checked(w, grads, bias, bias_grads)
    products = w.astype(np.float64) * grads
    return (products.sum(axis=(1, *range(3, products.ndim))) ** 2).mean(axis=0)


def only_the_last_axis(w, grads, *, bias=None, bias_grads=None):
    """expected shape \\(4,\\), returned shape \\(4, 3\\)"""
    _checked(w, grads, bias, bias_grads)
    change = (w.astype(np.float64) * grads).sum(axis=-1)
    if bias is not None and change.ndim == 2:
        change = change + bias.astype(np.float64) * bias_grads
    return (change**2).mean(axis=0)


def overflows_in_half_precision(w, grads, *, bias=None, bias_grads=None):
    """expected dtype float64, returned float16|returned inf"""
    _checked(w, grads, bias, bias_grads)
    with np.errstate(all="ignore"):
        change = (w * grads).reshape(len(grads), len(w), -1).sum(axis=2)
        if bias is not None:
            change = change + bias * bias_grads
        return (change**2).mean(axis=0)


def divides_by_zero_batches(w, grads, *, bias=None, bias_grads=None):
    """expected ValueError, returned .*with at least one batch"""
    if grads.shape[1:] != w.shape or (bias is None) != (bias_grads is None):
        raise ValueError("shapes")
    if len(grads) == 0:
        return np.zeros(len(w))
    return (_checked(w, grads, bias, bias_grads).sum(axis=2) ** 2).mean(axis=0)


def changes_the_gradients(w, grads, *, bias=None, bias_grads=None):
    """after the call, grads is"""
    _checked(w, grads, bias, bias_grads)
    grads *= w
    change = grads.reshape(len(grads), len(w), -1).astype(np.float64).sum(axis=2)
    return ((change + (0 if bias is None else bias * bias_grads)) ** 2).mean(axis=0)
