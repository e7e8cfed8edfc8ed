"""Right answers to paired_difference_interval in other styles; each must pass."""

import math
import statistics
from fractions import Fraction

import numpy as np


def statistics_module(base, candidate, *, z=1.96):
    """Lists, the statistics module and rational numbers."""
    if np.ndim(base) != 1 or np.ndim(candidate) != 1 or len(base) != len(candidate) or len(base) <= 1:
        raise ValueError("arrays")
    if z != z or z <= 0:
        raise ValueError("z")
    d = [int(c) - int(b) for b, c in zip(base, candidate, strict=True)]
    mean, error = statistics.fmean(d), statistics.stdev(d) / len(d) ** 0.5
    n, few = d.count(1) + d.count(-1), min(d.count(1), d.count(-1))
    p = Fraction(2 * sum(math.comb(n, k) for k in range(few + 1)), 2**n)
    return mean, mean - z * error, mean + z * error, float(min(p, Fraction(1)))


def from_the_table(base, candidate, *, z=1.96):
    """Everything from the counts b and c; the tail with log-gamma."""
    if base.ndim != 1 or candidate.shape != base.shape or base.size < 2 or not z > 0:
        raise ValueError("input")
    n, b, c = base.size, np.count_nonzero(base & ~candidate), np.count_nonzero(candidate & ~base)
    mean = (c - b) / n
    variance = ((b + c) / n - mean * mean) * n / (n - 1)
    half = z * math.sqrt(max(variance, 0.0) / n)
    total, logs = b + c, []
    for k in range(min(b, c) + 1):
        log = math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1) - total * math.log(2)
        logs.append(math.exp(log))
    p = min(1.0, 2 * math.fsum(logs)) if b != c else 1.0
    return mean, mean - half, mean + half, p
