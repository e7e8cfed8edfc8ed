"""Plausible wrong answers to nf4_levels; the first line of each docstring is found in the failure it gets."""

from statistics import NormalDist

import numpy as np

_Q = NormalDist().inv_cdf


def _checked(bits, offset):
    if bits < 2 or bits > 8 or not 0.5 < offset < 1:
        raise ValueError("bits or offset")
    return 2 ** (bits - 1)


def _finish(levels):
    levels = np.sort(np.asarray(levels, float))
    return (levels / np.abs(levels).max()).astype(np.float32)


def extra_level_below_zero(*, bits=4, offset=0.9677083):
    """the negative side got the extra level
    Solver's mistake.
    """
    half = _checked(bits, offset)
    below = [-_Q(p) for p in np.linspace(offset, 0.5, half + 1)[:-1]]
    above = [_Q(p) for p in np.linspace(offset, 0.5, half)[:-1]]
    return _finish([*below, 0, *above])


def mirrored(*, bits=4, offset=0.9677083):
    """both sides have the same levels: there is no exact 0"""
    half = _checked(bits, offset)
    above = [_Q(p) for p in np.linspace(offset, 0.5, half + 1)[:-1]]
    return _finish([*above, *[-v for v in above]])


def not_normalized(*, bits=4, offset=0.9677083):
    """not divided by the largest"""
    half = _checked(bits, offset)
    below = [-_Q(p) for p in np.linspace(offset, 0.5, half)[:-1]]
    above = [_Q(p) for p in np.linspace(offset, 0.5, half + 1)[:-1]]
    return np.sort([*below, 0, *above]).astype(np.float32)


def equally_likely_cells(*, bits=4, offset=0.9677083):
    """medians of equally likely cells
    Solver's mistake.
    """
    n = 2 * _checked(bits, offset)
    return _finish([_Q((i + 0.5) / n) for i in range(n)])


def zero_twice(*, bits=4, offset=0.9677083):
    """0 comes twice
    Solver's mistake.
    """
    half = _checked(bits, offset)
    below = [-_Q(p) for p in np.linspace(offset, 0.5, half)[:-1]]
    above = [_Q(p) for p in np.linspace(offset, 0.5, half)]
    return _finish([*below, 0, *above])


def one_point_too_many(*, bits=4, offset=0.9677083):
    """stop short of 0.5 by one too many"""
    half = _checked(bits, offset)
    below = [-_Q(p) for p in np.linspace(offset, 0.5, half + 1)[:-2]]
    above = [_Q(p) for p in np.linspace(offset, 0.5, half + 2)[:-2]]
    return _finish([*below, 0, *above])


def uniform(*, bits=4, offset=0.9677083):
    """evenly spaced"""
    return np.linspace(-1, 1, 2 * _checked(bits, offset), dtype=np.float32)


def descending(*, bits=4, offset=0.9677083):
    """not sorted ascending"""
    half = _checked(bits, offset)
    above = [_Q(p) for p in np.linspace(offset, 0.5, half + 1)[:-1]]
    below = [-_Q(p) for p in np.linspace(offset, 0.5, half)[:-1]]
    return _finish([*below, 0, *above])[::-1]


def table_only(*, bits=4, offset=0.9677083):
    """offset is ignored
    Solver's mistake.
    """
    half = _checked(bits, offset)
    below = [-_Q(p) for p in np.linspace(0.9677083, 0.5, half)[:-1]]
    above = [_Q(p) for p in np.linspace(0.9677083, 0.5, half + 1)[:-1]]
    return _finish([*below, 0, *above])


def double_precision(*, bits=4, offset=0.9677083):
    """expected dtype float32, returned float64
    Solver's mistake.
    """
    half = _checked(bits, offset)
    below = [-_Q(p) for p in np.linspace(offset, 0.5, half)[:-1]]
    above = [_Q(p) for p in np.linspace(offset, 0.5, half + 1)[:-1]]
    return _finish([*below, 0, *above]).astype(np.float64)


def accepts_the_ends(*, bits=4, offset=0.9677083):
    """strictly between 0\\.5 and 1"""
    half = 2 ** (bits - 1)
    below = [-_Q(p) if p < 1 else -9.0 for p in np.linspace(offset, 0.5, half)[:-1]]
    above = [_Q(p) if p < 1 else 9.0 for p in np.linspace(offset, 0.5, half + 1)[:-1]]
    return _finish([*below, 0, *above])
