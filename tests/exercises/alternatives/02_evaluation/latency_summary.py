"""Right answers to latency_summary in other styles; each must pass."""

import math
import statistics

import numpy as np


def plain_python(base, candidate, *, warm_up=2):
    """Lists and the statistics module."""
    if np.ndim(base) != 1 or np.ndim(candidate) != 1 or len(base) != len(candidate):
        raise ValueError("shapes")
    b, c = base.tolist(), candidate.tolist()
    if not all(math.isfinite(v) and v > 0 for v in b + c) or warm_up < 0:
        raise ValueError("values")
    b, c = b[warm_up:], c[warm_up:]
    if not b:
        raise ValueError("no turn remains")
    rank = (95 * len(c) + 99) // 100
    ratios = [x / y for x, y in zip(b, c, strict=True)]
    return statistics.median(b), statistics.median(c), sorted(c)[rank - 1], statistics.median(ratios)


def numpy_quantile(base, candidate, *, warm_up=2):
    """np.partition for the percentile, np.quantile for the medians."""
    if base.ndim != 1 or candidate.ndim != 1 or base.size != candidate.size or warm_up not in range(base.size):
        raise ValueError("shapes")
    values = np.concatenate([base, candidate]).astype(np.float64)
    if np.isnan(values).any() or np.isinf(values).any() or values.min() <= 0:
        raise ValueError("values")
    b, c = values[warm_up : base.size], values[base.size + warm_up :]
    place = (95 * c.size - 1) // 100
    low, high, speed = (np.quantile(a, 0.5) for a in (b, c, b / c))
    return float(low), float(high), float(np.partition(c, place)[place]), float(speed)
