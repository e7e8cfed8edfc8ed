"""Plausible wrong answers to entropy_calibration; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _kl(counts, k, levels, tail="last", share_all=False, old=False):
    kept = counts[:k].astype(float)
    p = kept.copy()
    if tail != "dropped":
        p[-1] += counts[k:].sum()
    source = p if tail == "both" else kept
    used = p > 0
    cell = np.minimum(np.arange(k) // (k // levels), levels - 1) if old else np.arange(k) * levels // k
    mass = np.bincount(cell, weights=source, minlength=levels)
    share = np.bincount(cell, weights=np.ones(k) if share_all else used, minlength=levels)
    if not used.any():
        return np.inf
    q = mass[cell][used] / share[cell][used]
    if (q == 0).any():
        return np.inf
    p = p[used] / p.sum()
    return float((p * np.log(p / (q / source.sum()))).sum())


def _search(counts, levels, first=0, last=0, **options):
    if levels < 1 or len(counts) < levels or (counts < 0).any() or counts.sum() == 0:
        raise ValueError("counts or levels")
    losses = [(_kl(counts, k, levels, **options), k) for k in range(levels + first, len(counts) + 1 - last)]
    best = min(losses, default=(np.inf, levels))[0]
    return next(((k, kl) for kl, k in losses if kl <= best + 1e-14), (levels, np.inf))


def q_takes_the_clipped_counts(counts, *, width, levels=128):
    """P and Q treat the clipped counts
    Solver's mistake.
    """
    k, kl = _search(counts, levels, tail="both")
    return k * width, kl


def clipped_counts_dropped(counts, *, width, levels=128):
    """clipping is free
    Solver's mistake.
    """
    k, kl = _search(counts, levels, tail="dropped")
    return k * width, kl


def shared_by_empty_bins(counts, *, width, levels=128):
    """only bins with P > 0 take part
    Solver's mistake.
    """
    k, kl = _search(counts, levels, share_all=True)
    return k * width, kl


def rest_to_the_last_cell(counts, *, width, levels=128):
    """bin i belongs to cell i \\* levels // k
    Solver's mistake.
    """
    k, kl = _search(counts, levels, old=True)
    return k * width, kl


def middle_of_the_bin(counts, *, width, levels=128):
    """the threshold is the middle of the last bin
    Solver's mistake.
    """
    k, kl = _search(counts, levels)
    return (k - 0.5) * width, kl


def lower_edge(counts, *, width, levels=128):
    """the lower edge of the last bin"""
    k, kl = _search(counts, levels)
    return (k - 1.0) * width, kl


def number_of_bins(counts, *, width, levels=128):
    """k is returned
    Solver's mistake.
    """
    k, kl = _search(counts, levels)
    return float(k), kl


def in_bits(counts, *, width, levels=128):
    """the divergence is in bits"""
    k, kl = _search(counts, levels)
    return k * width, kl / np.log(2)


def last_of_equals(counts, *, width, levels=128):
    """of equal divergences the largest threshold won"""
    _, best = _search(counts, levels)
    k = max(j for j in range(levels, len(counts) + 1) if _kl(counts, j, levels) <= best + 1e-14)
    return k * width, best


def no_search(counts, *, width, levels=128):
    """nothing was clipped
    Solver's mistake.
    """
    _search(counts, levels)
    return len(counts) * width, _kl(counts, len(counts), levels)


def all_bins_left_out(counts, *, width, levels=128):
    """the last candidate, all bins, is missing
    Solver's mistake.
    """
    k, kl = _search(counts, levels, last=1)
    return k * width, kl


def starts_one_later(counts, *, width, levels=128):
    """the first candidate, k = levels, is missing"""
    k, kl = _search(counts, levels, first=1)
    return k * width, kl
