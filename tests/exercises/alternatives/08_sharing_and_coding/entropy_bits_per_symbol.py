"""Right answers to entropy_bits_per_symbol in other styles; each must pass."""

import math

import numpy as np


def plain_python(counts, lengths):
    """log2 of the total minus the mean of log2 of the counts, with exact sums."""
    if counts.shape != lengths.shape:
        raise ValueError("shapes")
    pairs = [(int(c), int(n)) for c, n in zip(counts, lengths, strict=True)]
    if any(c < 0 for c, _ in pairs) or not any(c for c, _ in pairs):
        raise ValueError("counts")
    total = sum(c for c, _ in pairs)
    entropy = math.fsum(c / total * math.log2(total / c) for c, _ in pairs if c)
    return entropy, sum(c * n for c, n in pairs) / total - entropy


def by_scipy(counts, lengths):
    """scipy's entr, which knows 0 log 0."""
    from scipy.special import entr

    if np.shape(counts) != np.shape(lengths) or counts.size == 0 or counts.min() < 0 or counts.max() == 0:
        raise ValueError("counts or lengths")
    p = counts.astype(np.float64)
    p /= p.sum()
    entropy = float(entr(p).sum() / np.log(2))
    return entropy, float(np.dot(p, lengths)) - entropy


def masked_logarithm(counts, lengths):
    """The logarithm only where it exists; absolute value against -0.0."""
    if counts.shape != lengths.shape or np.any(counts < 0) or np.sum(counts) < 1:
        raise ValueError("counts or lengths")
    p = counts / np.sum(counts, dtype=np.float64)
    log = np.log2(p, out=np.zeros(p.shape), where=p > 0)
    entropy = abs(float(p @ log))
    return entropy, float(np.average(lengths, weights=counts.astype(float))) - entropy
