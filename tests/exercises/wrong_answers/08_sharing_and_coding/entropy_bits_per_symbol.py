"""Plausible wrong answers to entropy_bits_per_symbol; the first line of each docstring is in the failure it gets."""

import numpy as np


def _shares(counts, lengths):
    if counts.shape != lengths.shape or (counts < 0).any() or not counts.any():
        raise ValueError("counts or lengths")
    return counts / counts.sum()


def natural_logarithm(counts, lengths):
    """the natural logarithm \\(nats\\)
    Solver's mistake.
    """
    p = _shares(counts, lengths)
    q = p[p > 0]
    entropy = float((q * np.log(1 / q)).sum())
    return entropy, float(p @ lengths) - entropy


def with_zeros(counts, lengths):
    """H is NaN: 0 \\* log2\\(0\\) was computed
    Solver's mistake.
    """
    p = _shares(counts, lengths)
    with np.errstate(all="ignore"):
        entropy = float(-(p * np.log2(p)).sum())
    return entropy, float(p @ lengths) - entropy


def small_number_added(counts, lengths):
    """a small number \\(1e-12\\) was added
    Solver's mistake.
    """
    p = _shares(counts, lengths)
    entropy = float(-(p * np.log2(p + 1e-12)).sum())
    return entropy, float(p @ lengths) - entropy


def minus_zero(counts, lengths):
    """H is -0\\.0
    Solver's mistake.
    """
    p = _shares(counts, lengths)
    q = p[p > 0]
    entropy = float(-np.sum(q * np.log2(q)))
    return entropy, float(p @ lengths) - entropy


def overflow(counts, lengths):
    """the sum of the counts overflowed
    Solver's mistake.
    """
    _shares(counts, lengths)
    p = counts / max(int(counts.sum(dtype=counts.dtype)), 1)
    q = p[p > 0]
    entropy = float(-np.sum(q * np.log2(q))) + 0.0
    return entropy, float(p @ lengths) - entropy


def average_length(counts, lengths):
    """the redundancy is L, not L - H"""
    p = _shares(counts, lengths)
    q = p[p > 0]
    return float((q * np.log2(1 / q)).sum()), float(p @ lengths)


def relative_redundancy(counts, lengths):
    """the redundancy is the share \\(L - H\\) / L
    Solver's mistake.
    """
    p = _shares(counts, lengths)
    q = p[p > 0]
    entropy, average = float((q * np.log2(1 / q)).sum()), float(p @ lengths)
    return entropy, 1 - entropy / max(average, 1e-9)


def lengths_without_shares(counts, lengths):
    """the lengths were averaged without the shares"""
    p = _shares(counts, lengths)
    q = p[p > 0]
    entropy = float((q * np.log2(1 / q)).sum())
    return entropy, float(lengths[p > 0].mean()) - entropy


def total_bits(counts, lengths):
    """the total number of bits"""
    p = _shares(counts, lengths)
    q = p[p > 0]
    entropy = float((q * np.log2(1 / q)).sum()) * int(counts.sum())
    return entropy, float(counts.astype(float) @ lengths) - entropy


def equal_shares(counts, lengths):
    """that is the entropy of equal shares"""
    p = _shares(counts, lengths)
    return float(np.log2((p > 0).sum())), float(p @ lengths) - float(np.log2((p > 0).sum()))


def accepts_negative_counts(counts, lengths):
    """a count is negative
    Solver's mistake.
    """
    if counts.shape != lengths.shape or counts.sum() == 0:
        raise ValueError("counts or lengths")
    p = counts / counts.sum()
    q = p[p > 0]
    entropy = float((q * np.log2(1 / q)).sum())
    return entropy, float(p @ lengths) - entropy
