"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import math

import numpy as np


def _checked(base, candidate, warm_up):
    if base.ndim != 1 or base.shape != candidate.shape or not 0 <= warm_up < len(base):
        raise ValueError("shapes or warm_up")
    both = np.array([base, candidate], np.float64)
    if not np.isfinite(both).all() or (both <= 0).any():
        raise ValueError("values")
    return both[:, warm_up:]


def _rank(values):
    return float(np.sort(values)[math.ceil(95 * len(values) / 100) - 1])


def _summary(b, c, median=np.median, p95=None, speed_up=None):
    speed_up = float(np.median(b / c)) if speed_up is None else float(speed_up)
    return float(median(b)), float(median(c)), _rank(c) if p95 is None else float(p95), speed_up


def warm_up_kept(base, candidate, *, warm_up=2):
    """the warm-up \\(预热\\) was not left out"""
    _checked(base, candidate, warm_up)
    return _summary(*_checked(base, candidate, 0))


def warm_up_after_sorting(base, candidate, *, warm_up=2):
    """the warm-up was taken from the sorted values
    Solver's mistake.
    """
    _checked(base, candidate, warm_up)
    b, c = np.sort(_checked(base, candidate, 0))[:, warm_up:]
    return _summary(b, c)


def means(base, candidate, *, warm_up=2):
    """which one slow turn moves
    Solver's mistake.
    """
    return _summary(*_checked(base, candidate, warm_up), median=np.mean)


def upper_middle(base, candidate, *, warm_up=2):
    """the upper of the two in the middle
    Solver's mistake.
    """
    b, c = _checked(base, candidate, warm_up)
    return _summary(b, c, median=lambda a: np.sort(a)[len(a) // 2])


def interpolated(base, candidate, *, warm_up=2):
    """the percentile was interpolated
    Solver's mistake.
    """
    b, c = _checked(base, candidate, warm_up)
    return _summary(b, c, p95=np.percentile(c, 95))


def index_is_rank(base, candidate, *, warm_up=2):
    """the percentile is one place too high
    Solver's mistake.
    """
    b, c = _checked(base, candidate, warm_up)
    return _summary(b, c, p95=np.sort(c)[min(len(c) - 1, math.ceil(95 * len(c) / 100))])


def rank_rounded_down(base, candidate, *, warm_up=2):
    """the percentile was rounded down"""
    b, c = _checked(base, candidate, warm_up)
    return _summary(b, c, p95=np.sort(c)[max(0, 95 * len(c) // 100 - 1)])


def percentile_of_base(base, candidate, *, warm_up=2):
    """the percentile is that of base"""
    b, c = _checked(base, candidate, warm_up)
    return _summary(b, c, p95=_rank(b))


def ratio_of_medians(base, candidate, *, warm_up=2):
    """the ratio of the medians
    Solver's mistake.
    """
    b, c = _checked(base, candidate, warm_up)
    return _summary(b, c, speed_up=np.median(b) / np.median(c))


def mean_of_ratios(base, candidate, *, warm_up=2):
    """the mean of the ratios"""
    b, c = _checked(base, candidate, warm_up)
    return _summary(b, c, speed_up=np.mean(b / c))


def sorted_in_place(base, candidate, *, warm_up=2):
    """the pairs \\(成对\\) are lost
    Solver's mistake.
    """
    b, c = (np.sort(a) for a in _checked(base, candidate, warm_up))
    return _summary(b, c)


def upside_down(base, candidate, *, warm_up=2):
    """the ratios are upside down"""
    b, c = _checked(base, candidate, warm_up)
    return _summary(b, c, speed_up=np.median(c / b))


def warm_up_unchecked(base, candidate, *, warm_up=2):
    """nan is no time|0\\.0 is no time
    Solver's mistake.
    """
    b, c = (np.asarray(a, np.float64)[warm_up:] for a in (base, candidate))
    if base.ndim != 1 or base.shape != candidate.shape or warm_up < 0 or not b.size:
        raise ValueError("shapes")
    if not np.isfinite([b, c]).all() or min(b.min(), c.min()) <= 0:
        raise ValueError("values")
    return _summary(b, c)
