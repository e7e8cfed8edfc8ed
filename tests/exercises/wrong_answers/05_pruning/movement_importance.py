"""Plausible wrong answers to movement_importance; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(w, grads, lr):
    if grads.shape[1:] != w.shape or not lr > 0:
        raise ValueError("grads or lr")
    return w.astype(np.float64), grads.astype(np.float64)


def steps_first(w, grads, *, lr):
    """the weight after the step was used"""
    w, grads = _checked(w, grads, lr)
    score = np.zeros(w.shape)
    for g in grads:
        w = w - lr * g
        score = score - w * g
    return score, w


def fixed_weights(w, grads, *, lr):
    """the first weights were used in every step"""
    w, grads = _checked(w, grads, lr)
    total = grads.sum(axis=0)
    return -w * total, w - lr * total


def last_weights(w, grads, *, lr):
    """the last weights were used in every step"""
    w, grads = _checked(w, grads, lr)
    total = grads.sum(axis=0)
    end = w - lr * total
    return -end * total, end


def without_the_minus(w, grads, *, lr):
    """the sign is wrong"""
    w, grads = _checked(w, grads, lr)
    score = np.zeros(w.shape)
    for g in grads:
        score = score + w * g
        w = w - lr * g
    return score, w


def absolute_terms(w, grads, *, lr):
    """the terms were made positive"""
    w, grads = _checked(w, grads, lr)
    score = np.zeros(w.shape)
    for g in grads:
        score = score + np.abs(w * g)
        w = w - lr * g
    return score, w


def with_the_rate(w, grads, *, lr):
    """there is a factor lr in the score"""
    w, grads = _checked(w, grads, lr)
    score = np.zeros(w.shape)
    for g in grads:
        score = score - lr * g * w
        w = w - lr * g
    return score, w


def overwrites_the_score(w, grads, *, lr):
    """only the last step counts"""
    w, grads = _checked(w, grads, lr)
    score = np.zeros(w.shape)
    for g in grads:
        score = -w * g
        w = w - lr * g
    return score, w


def mean_over_steps(w, grads, *, lr):
    """the mean over the steps"""
    w, grads = _checked(w, grads, lr)
    score = np.zeros(w.shape)
    for g in grads:
        score = score - w * g / len(grads)
        w = w - lr * g
    return score, w


def trains_the_callers_array(w, grads, *, lr):
    """after the call, w is"""
    _checked(w, grads, lr)
    score = np.zeros(w.shape)
    for g in grads:
        score = score - w.astype(np.float64) * g
        w -= (lr * g).astype(w.dtype)
    return score, w.astype(np.float64)


def narrow(w, grads, *, lr):
    """expected dtype float64, returned float(16|32)"""
    _checked(w, grads, lr)
    score = np.zeros_like(w)
    for g in grads:
        score = score - w * g
        w = w - w.dtype.type(lr) * g
    return score, w


def accepts_any_rate(w, grads, *, lr):
    """expected ValueError, returned .*lr must be above 0"""
    w, grads = _checked(w, grads, 1.0)
    score = np.zeros(w.shape)
    for g in grads:
        score = score - w * g
        w = w - lr * g
    return score, w
