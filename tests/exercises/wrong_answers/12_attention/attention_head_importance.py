"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _table(context, w_out, grad, gates, mask):
    b, t, h, d = context.shape
    if w_out.shape[1] != h * d or grad.shape != (b, t, w_out.shape[0]) or gates.shape != (h,):
        raise ValueError("shapes")
    if mask is not None and mask.shape != (b, t):
        raise ValueError("mask")
    pulled = (grad.astype(float) @ w_out.astype(float)).reshape(b, t, h, d)
    table = (context * pulled).sum(axis=3) * gates
    return table if mask is None else table * mask[..., None]


def _finish(importance, normalise):
    size = np.sqrt((importance**2).sum())
    return importance / size if normalise and size > 0 else importance


def cancels(context, w_out, grad, gates, *, mask=None, normalise=False):
    """the absolute value was taken after the mean
    Solver's mistake.
    """
    return _finish(np.abs(_table(context, w_out, grad, gates, mask).sum(1).mean(0)), normalise)


def token_by_token(context, w_out, grad, gates, *, mask=None, normalise=False):
    """the absolute value was taken for each token
    Solver's mistake.
    """
    return _finish(np.abs(_table(context, w_out, grad, gates, mask)).sum(1).mean(0), normalise)


def signed(context, w_out, grad, gates, *, mask=None, normalise=False):
    """the absolute value was left out"""
    return _finish(_table(context, w_out, grad, gates, mask).sum(1).mean(0), normalise)


def summed(context, w_out, grad, gates, *, mask=None, normalise=False):
    """the sum over the sequences; the mean"""
    return _finish(np.abs(_table(context, w_out, grad, gates, mask).sum(1)).sum(0), normalise)


def mean_over_tokens(context, w_out, grad, gates, *, mask=None, normalise=False):
    """the mean over the tokens
    Solver's mistake.
    """
    return _finish(np.abs(_table(context, w_out, grad, gates, mask).mean(1)).mean(0), normalise)


def gradient_only(context, w_out, grad, gates, *, mask=None, normalise=False):
    """the gate was left out
    Solver's mistake.
    """
    _table(context, w_out, grad, gates, mask)
    return _finish(np.abs(_table(context, w_out, grad, np.ones_like(gates), mask).sum(1)).mean(0), normalise)


def gate_counted_twice(context, w_out, grad, gates, *, mask=None, normalise=False):
    """the gradient times the square of the gate
    Solver's mistake.
    """
    return _finish(np.abs(_table(context, w_out, grad, gates, mask).sum(1) * gates).mean(0), normalise)


def padding_counted(context, w_out, grad, gates, *, mask=None, normalise=False):
    """padding \\(填充\\) was counted"""
    _table(context, w_out, grad, gates, mask)
    return _finish(np.abs(_table(context, w_out, grad, gates, None).sum(1)).mean(0), normalise)


def divided_by_the_sum(context, w_out, grad, gates, *, mask=None, normalise=False):
    """the importances were divided by their sum
    Solver's mistake.
    """
    importance = np.abs(_table(context, w_out, grad, gates, mask).sum(1)).mean(0)
    return importance / importance.sum() if normalise and importance.any() else importance


def zero_by_zero(context, w_out, grad, gates, *, mask=None, normalise=False):
    """0 / 0 is NaN
    Solver's mistake.
    """
    importance = np.abs(_table(context, w_out, grad, gates, mask).sum(1)).mean(0)
    with np.errstate(all="ignore"):
        return importance / np.linalg.norm(importance) if normalise else importance


def never_normalised(context, w_out, grad, gates, *, mask=None, normalise=False):
    """normalise was not used"""
    return np.abs(_table(context, w_out, grad, gates, mask).sum(1)).mean(0)


def any_mask(context, w_out, grad, gates, *, mask=None, normalise=False):
    """expected ValueError, returned .*mask must be"""
    if mask is not None and mask.shape != context.shape[:2]:
        mask = None
    return _finish(np.abs(_table(context, w_out, grad, gates, mask).sum(1)).mean(0), normalise)
