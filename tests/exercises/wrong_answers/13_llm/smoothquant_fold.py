"""Plausible wrong answers to smoothquant_fold; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _scales(w, a, alpha, power=None, m=None):
    if alpha < 0 or alpha > 1 or (a < 0).any():
        raise ValueError("alpha or x_absmax")
    m = np.abs(w).max(axis=0) if m is None else m
    live = (a > 0) & (m > 0)
    power = 1 - alpha if power is None else power
    return np.where(live, np.where(live, a, 1) ** alpha / np.where(live, m, 1) ** power, 1.0)


def forgets_the_shift(gamma, beta, w, x_absmax, *, alpha=0.5):
    """beta was not folded
    Solver's mistake.
    """
    s = _scales(w, x_absmax, alpha)
    return gamma / s, beta.copy(), w * s, s


def weights_only(gamma, beta, w, x_absmax, *, alpha=0.5):
    """only the weights changed"""
    s = _scales(w, x_absmax, alpha)
    return gamma.copy(), beta.copy(), w * s, s


def other_way_round(gamma, beta, w, x_absmax, *, alpha=0.5):
    """the weights were divided and the norm multiplied
    Solver's mistake.
    """
    s = _scales(w, x_absmax, alpha)
    return gamma * s, beta * s, w / s, s


def upside_down(gamma, beta, w, x_absmax, *, alpha=0.5):
    """s is upside down"""
    s = 1 / _scales(w, x_absmax, alpha)
    return gamma / s, beta / s, w * s, s


def exponents_exchanged(gamma, beta, w, x_absmax, *, alpha=0.5):
    """alpha and 1 - alpha are exchanged
    Solver's mistake.
    """
    s = _scales(w, x_absmax, 1 - alpha)
    return gamma / s, beta / s, w * s, s


def same_exponent(gamma, beta, w, x_absmax, *, alpha=0.5):
    """the weights' exponent is alpha too"""
    s = _scales(w, x_absmax, alpha, power=alpha)
    return gamma / s, beta / s, w * s, s


def activations_only(gamma, beta, w, x_absmax, *, alpha=0.5):
    """the weights are left out of s"""
    s = _scales(w, x_absmax, alpha, power=0)
    return gamma / s, beta / s, w * s, s


def signed_weights(gamma, beta, w, x_absmax, *, alpha=0.5):
    """with its sign, not the largest magnitude"""
    s = _scales(w, x_absmax, alpha, m=w.max(axis=0))
    return gamma / s, beta / s, w * s, s


def largest_of_each_row(gamma, beta, w, x_absmax, *, alpha=0.5):
    """m was taken over the inputs of each row
    Solver's mistake.
    """
    s = _scales(w, x_absmax, alpha, m=np.abs(w).max(axis=1))
    return gamma / s, beta / s, w * s, s


def multiplies_rows(gamma, beta, w, x_absmax, *, alpha=0.5):
    """the rows of w were multiplied"""
    s = _scales(w, x_absmax, alpha)
    return gamma / s, beta / s, w * s[:, None], s


def clamped_as_in_the_paper(gamma, beta, w, x_absmax, *, alpha=0.5):
    """a channel without signal or without weights must keep s = 1
    Solver's mistake.
    """
    _scales(w, x_absmax, alpha)
    s = x_absmax**alpha / np.maximum(np.abs(w).max(axis=0), 1e-5) ** (1 - alpha)
    s = np.maximum(s, 1e-5)
    return gamma / s, beta / s, w * s, s


def in_place(gamma, beta, w, x_absmax, *, alpha=0.5):
    """after the call, gamma is
    Solver's mistake.
    """
    s = _scales(w, x_absmax, alpha)
    gamma /= s
    beta /= s
    w *= s
    return gamma, beta, w, s
