"""Plausible wrong answers to fold_batch_norm; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _parts(w, b, gamma, var, eps, deviation=None):
    if (var < 0).any() or w.ndim < 2:
        raise ValueError("var or w")
    b = np.zeros(len(w)) if b is None else b
    g = gamma / (np.sqrt(var + eps) if deviation is None else deviation)
    return b, g, w * g.reshape(-1, *[1] * (w.ndim - 1))


def eps_outside_the_root(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """eps was added after the square root
    Solver's mistake.
    """
    b, g, folded = _parts(w, b, gamma, var, eps, np.sqrt(np.abs(var)) + eps or 1)
    return folded, g * (b - mean) + beta


def no_eps(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """eps was left out"""
    b, g, folded = _parts(w, b, gamma, var, eps, np.sqrt(np.abs(var)))
    return folded, g * (b - mean) + beta


def no_root(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """the square root is missing"""
    b, g, folded = _parts(w, b, gamma, var, eps, var + eps)
    return folded, g * (b - mean) + beta


def old_bias_dropped(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """the old bias was dropped
    Solver's mistake.
    """
    b, g, folded = _parts(w, b, gamma, var, eps)
    return folded, beta - g * mean


def old_bias_not_scaled(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """the old bias was not scaled
    Solver's mistake.
    """
    b, g, folded = _parts(w, b, gamma, var, eps)
    return folded, b - g * mean + beta


def mean_not_scaled(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """mean was not scaled"""
    b, g, folded = _parts(w, b, gamma, var, eps)
    return folded, g * b - mean + beta


def beta_scaled(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """beta was scaled too"""
    b, g, folded = _parts(w, b, gamma, var, eps)
    return folded, g * (b - mean + beta)


def last_axis(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """the last axis was scaled
    Solver's mistake.
    """
    b, g, _ = _parts(w, b, gamma, var, eps)
    return w * g, g * (b - mean) + beta


def input_channels(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """the input channels were scaled"""
    b, g, _ = _parts(w, b, gamma, var, eps)
    return w * g.reshape(1, -1, *[1] * (w.ndim - 2)), g * (b - mean) + beta


def matrices_only(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """could not be broadcast
    Solver's mistake.
    """
    b, g, _ = _parts(w, b, gamma, var, eps)
    return w * g[:, None], g * (b - mean) + beta


def needs_a_bias(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """TypeError
    Solver's mistake.
    """
    _, g, folded = _parts(w, b, gamma, var, eps)
    return folded, g * (b - mean) + beta


def in_place(w, b, *, gamma, beta, mean, var, eps=1e-5):
    """after the call, w is"""
    b, g, _ = _parts(w, b, gamma, var, eps)
    w *= g.reshape(-1, *[1] * (w.ndim - 1))
    return w, g * (b - mean) + beta
