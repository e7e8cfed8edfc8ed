"""Wrong repairs of SmoothQuant's scales; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _power(x_max, w_max, alpha, floor=1e-5):
    return np.maximum(x_max, floor) ** alpha / np.maximum(w_max, floor) ** (1 - alpha)


def unrepaired(w, x_max, *, alpha=0.5):
    """the fault is still there"""
    s = _power(x_max, np.abs(w).max(axis=1), alpha)
    return w * s, s


def transposes_square_matrices(w, x_max, *, alpha=0.5):
    """the fault is still there
    Solver's mistake.
    """
    w_max = np.abs(w).max(axis=1 if len(w) == len(x_max) else 0)
    s = _power(x_max, w_max, alpha)
    return w * s, s


def forgets_the_sign(w, x_max, *, alpha=0.5):
    """the largest weight, not the largest magnitude
    Solver's mistake.
    """
    s = _power(x_max, w.max(axis=0), alpha)
    return w * s, s


def one_range(w, x_max, *, alpha=0.5):
    """one range for all columns
    Solver's mistake.
    """
    s = _power(x_max, np.abs(w).max(), alpha)
    return w * s, s


def exchanges_the_powers(w, x_max, *, alpha=0.5):
    """alpha and 1 - alpha were exchanged"""
    s = _power(x_max, np.abs(w).max(axis=0), 1 - alpha)
    return w * s, s


def divides_the_weights(w, x_max, *, alpha=0.5):
    """the weights were divided by s
    Solver's mistake.
    """
    s = _power(x_max, np.abs(w).max(axis=0), alpha)
    return w / s, s


def upside_down(w, x_max, *, alpha=0.5):
    """s is upside down"""
    s = 1 / _power(x_max, np.abs(w).max(axis=0), alpha)
    return w * s, s


def no_floor(w, x_max, *, alpha=0.5):
    """must be raised to 1e-5
    Solver's mistake.
    """
    s = _power(x_max, np.abs(w).max(axis=0), alpha, floor=1e-300)
    return w * s, s
