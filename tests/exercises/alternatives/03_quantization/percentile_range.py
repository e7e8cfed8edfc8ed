"""Right answers to percentile_range in other styles; each must pass."""

import numpy as np


def by_hand(x, *, percentile):
    """The definition with a sort of Python floats."""
    import math

    values = sorted(map(float, x.ravel()))
    if not values or not all(map(math.isfinite, values)) or not 50 < percentile <= 100:
        raise ValueError("x or percentile")

    def q(p):
        h = (len(values) - 1) * p / 100
        k = min(math.floor(h), len(values) - 1)
        following = values[min(k + 1, len(values) - 1)]
        return values[k] + (h - k) * (following - values[k])

    return min(q(100 - percentile), 0.0), max(q(percentile), 0.0)


def interp(x, *, percentile):
    """np.interp on the ruler of positions 0 .. N - 1; the low end as the high end of -x."""
    if x.size == 0 or not np.isfinite(x).all() or percentile <= 50 or percentile > 100:
        raise ValueError("x or percentile")
    flat = np.asarray(x, np.float64).reshape(-1)

    def upper(values):
        ordered = np.sort(values)
        return np.interp((values.size - 1) * percentile / 100, np.arange(values.size), ordered)

    return -np.maximum(upper(-flat), 0.0), np.maximum(upper(flat), 0.0)


def numpy_quantile(x, *, percentile):
    """np.quantile, with results rounded to float32."""
    if not (x.size and np.isfinite(x).all() and 50 < percentile <= 100):
        raise ValueError("x or percentile")
    wide = x.astype(np.float64)
    high = np.quantile(wide, percentile / 100)
    low = np.quantile(wide, 1 - percentile / 100)
    return np.float32(np.minimum(low, 0)), np.float32(np.maximum(high, 0))


def partition(x, *, percentile):
    """A partial sort finds the four neighbours."""
    if not x.size or not np.isfinite(x).all() or not 50 < percentile <= 100:
        raise ValueError("x or percentile")
    flat = x.astype(np.float64).flatten()
    ends = []
    for p in (100 - percentile, percentile):
        h = (flat.size - 1) * p / 100
        k, following = int(np.floor(h)), int(np.ceil(h))
        picked = np.partition(flat, (k, following))
        ends.append((1 - (h - k)) * picked[k] + (h - k) * picked[following])
    return min(ends[0], 0.0), max(ends[1], 0.0)
