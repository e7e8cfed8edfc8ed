"""Plausible wrong answers to affine_qparams; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(x, bits):
    if not 2 <= bits <= 16 or x.size == 0 or not np.isfinite(x).all():
        raise ValueError("bits or x")
    lo, hi = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    return lo, hi, 2**bits - 1


def range_without_zero(x, *, bits=8):
    """the range was not widened to contain 0"""
    _, _, qmax = _checked(x, bits)
    lo, hi = float(x.min()), float(x.max())
    if lo == hi == 0:
        return 1.0, 0
    scale = (hi - lo) / qmax or 1.0
    return scale, min(max(round(-lo / scale), 0), qmax)


def as_many_steps_as_codes(x, *, bits=8):
    """there are 2\\*\\*bits - 1 steps between 2\\*\\*bits codes"""
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return 1.0, 0
    scale = (hi - lo) / 2**bits
    return scale, min(round(-lo / scale), qmax)


def truncated_zero_point(x, *, bits=8):
    """the zero point \\(零点\\) was truncated, not rounded
    Solver's mistake.
    """
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return 1.0, 0
    scale = (hi - lo) / qmax
    return scale, int(-lo / scale)


def half_rounded_up(x, *, bits=8):
    """half was rounded up
    Solver's mistake.
    """
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return 1.0, 0
    scale = (hi - lo) / qmax
    return scale, int(np.floor(-lo / scale + 0.5))


def sign_of_zero_point(x, *, bits=8):
    """the zero point \\(零点\\) has the wrong sign"""
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return 1.0, 0
    scale = (hi - lo) / qmax
    return scale, round(lo / scale)


def signed_grid(x, *, bits=8):
    """that of a signed grid
    Solver's mistake.
    """
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return 1.0, 0
    scale = (hi - lo) / qmax
    return scale, round(-lo / scale) - 2 ** (bits - 1)


def symmetric_scale(x, *, bits=8):
    """a symmetric quantizer, max\\(abs\\(x\\)\\)
    Solver's mistake.
    """
    lo, hi, _ = _checked(x, bits)
    if lo == hi:
        return 1.0, 0
    return max(-lo, hi) / (2 ** (bits - 1) - 1), 0


def upside_down(x, *, bits=8):
    """the scale is upside down"""
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return 1.0, 0
    scale = qmax / (hi - lo)
    return scale, round(-lo * scale)


def swapped(x, *, bits=8):
    """scale: expected floats, returned integers"""
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return 0, 1.0
    scale = (hi - lo) / qmax
    return round(-lo / scale), scale


def zero_point_as_float(x, *, bits=8):
    """zero_point: expected integers, returned floats
    Solver's mistake.
    """
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return 1.0, 0.0
    scale = (hi - lo) / qmax
    return scale, np.rint(-lo / scale)


def per_column(x, *, bits=8):
    """scale: expected a single number, returned shape
    Solver's mistake.
    """
    _, _, qmax = _checked(x, bits)
    x = np.atleast_2d(x)
    lo, hi = np.minimum(x.min(axis=0), 0), np.maximum(x.max(axis=0), 0)
    scale = np.where(hi > lo, (hi - lo) / qmax, 1.0)
    return scale, np.rint(-lo / scale).astype(int)


def changes_x(x, *, bits=8):
    """after the call, x is"""
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return 1.0, 0
    x -= x.min()
    scale = (hi - lo) / qmax
    return scale, round(-lo / scale)


def divides_by_zero(x, *, bits=8):
    """ZeroDivisionError
    Solver's mistake.
    """
    lo, hi, qmax = _checked(x, bits)
    scale = (hi - lo) / qmax
    return scale, round(-lo / scale)


def accepts_anything(x, *, bits=8):
    """expected ValueError, returned .*bits must be in 2 \\.\\. 16"""
    lo, hi = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    if lo == hi:
        return 1.0, 0
    qmax = 2**bits - 1
    scale = (hi - lo) / qmax
    return scale, round(-lo / scale)


def returns_an_array(x, *, bits=8):
    """expected a tuple of 2 \\(scale, zero_point\\), returned an array of shape \\(2,\\)
    Solver's mistake.
    """
    lo, hi, qmax = _checked(x, bits)
    if lo == hi:
        return np.array([1.0, 0.0])
    scale = (hi - lo) / qmax
    return np.array([scale, np.rint(-lo / scale)])


def constant(x, *, bits=8):
    """scale: expected 0\\.0156.*, returned 1\\.0"""
    _checked(x, bits)
    return 1.0, 0
