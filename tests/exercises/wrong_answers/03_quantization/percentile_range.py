"""Plausible wrong answers to percentile_range; the first line of each docstring is in the failure it gets."""

import numpy as np


def _checked(x, percentile):
    if not 50 < percentile <= 100 or x.size == 0 or not np.isfinite(x).all():
        raise ValueError("x or percentile")
    return x.astype(np.float64)


def without_zero(x, *, percentile):
    """the range was not widened to contain 0
    Solver's mistake.
    """
    x = _checked(x, percentile)
    return float(np.percentile(x, 100 - percentile)), float(np.percentile(x, percentile))


def minimum_and_maximum(x, *, percentile):
    """the smallest and the largest value"""
    x = _checked(x, percentile)
    return min(x.min(), 0.0), max(x.max(), 0.0)


def two_sided_share(x, *, percentile):
    """the share 100 - percentile was split over both ends
    Solver's mistake.
    """
    x = _checked(x, percentile)
    tail = (100 - percentile) / 2
    low, high = np.percentile(x, [tail, 100 - tail])
    return min(low, 0.0), max(high, 0.0)


def picks_an_element(x, *, percentile):
    """no interpolation \\(线性插值\\): the nearest values below
    Solver's mistake.
    """
    values = sorted(_checked(x, percentile).ravel().tolist())
    last = len(values) - 1
    low, high = values[int(last * (100 - percentile) / 100)], values[int(last * percentile / 100)]
    return min(low, 0.0), max(high, 0.0)


def counts_values_not_gaps(x, *, percentile):
    """there are N - 1 gaps between N values"""
    values = np.sort(_checked(x, percentile), axis=None)
    n = len(values)
    low = values[int(n * (100 - percentile) / 100)]
    high = values[min(int(n * percentile / 100), n - 1)]
    return float(min(low, 0)), float(max(high, 0))


def interpolates_over_n(x, *, percentile):
    """high: expected"""
    values = np.sort(_checked(x, percentile), axis=None)
    n = len(values)

    def q(p):
        h = min(n * p / 100, n - 1)
        k = int(h)
        return values[k] + (h - k) * (values[min(k + 1, n - 1)] - values[k])

    return float(min(q(100 - percentile), 0)), float(max(q(percentile), 0))


def symmetric_range(x, *, percentile):
    """the percentile of \\|x\\|
    Solver's mistake.
    """
    x = _checked(x, percentile)
    t = float(np.percentile(np.abs(x), percentile))
    return -t, t


def clips_the_top_only(x, *, percentile):
    """the low end was left at the minimum"""
    x = _checked(x, percentile)
    return min(x.min(), 0.0), max(np.percentile(x, percentile), 0.0)


def quantile_of_a_fraction(x, *, percentile):
    """percentile was read as a fraction
    Solver's mistake.
    """
    x = _checked(x, percentile)
    p = percentile / 100
    low, high = np.percentile(x, [100 - p, p])
    return min(low, 0.0), max(high, 0.0)


def widened_the_wrong_way(x, *, percentile):
    """low <= 0 <= high must hold"""
    x = _checked(x, percentile)
    low, high = np.percentile(x, [100 - percentile, percentile])
    return max(low, 0.0), min(high, 0.0)


def order_of_the_ends(x, *, percentile):
    """low and high are in the wrong order"""
    x = _checked(x, percentile)
    low, high = np.percentile(x, [100 - percentile, percentile])
    return max(high, 0.0), min(low, 0.0)


def one_range_per_column(x, *, percentile):
    """low: expected a single number, returned shape
    Solver's mistake.
    """
    x = _checked(x, percentile)
    low, high = np.percentile(x, [100 - percentile, percentile], axis=0)
    return np.minimum(low, 0), np.maximum(high, 0)


def drops_the_outliers_by_sigma(x, *, percentile):
    """low: expected .*, returned
    Solver's mistake.
    """
    x = _checked(x, percentile)
    kept = x[np.abs(x - x.mean()) <= 3 * x.std()]
    return min(float(kept.min()), 0.0), max(float(kept.max()), 0.0)


def sorts_in_place(x, *, percentile):
    """after the call, x is"""
    _checked(x, percentile)
    x.sort()
    low, high = np.percentile(x, [100 - percentile, percentile])
    return float(min(low, 0)), float(max(high, 0))


def last_pair_is_missing(x, *, percentile):
    """IndexError"""
    v = np.sort(_checked(x, percentile), axis=None)

    def q(p):
        h = (len(v) - 1) * p / 100
        k = int(h)
        return float(v[k] + (h - k) * (v[k + 1] - v[k]))

    return min(q(100 - percentile), 0.0), max(q(percentile), 0.0)


def accepts_any_percentile(x, *, percentile):
    """expected ValueError, returned .*percentile must be in"""
    if x.size == 0 or not np.isfinite(x).all():
        raise ValueError("x")
    low, high = np.percentile(x, np.clip([100 - percentile, percentile], 0, 100))
    return min(float(low), 0.0), max(float(high), 0.0)


def ignores_nan(x, *, percentile):
    """expected ValueError, returned .*x holds NaN or infinity
    Solver's mistake.
    """
    if not 50 < percentile <= 100 or x.size == 0:
        raise ValueError("x or percentile")
    low, high = np.nanpercentile(x.astype(np.float64), [100 - percentile, percentile])
    return min(float(low), 0.0), max(float(high), 0.0)
