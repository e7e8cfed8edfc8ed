"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(scores, relevant):
    if scores.ndim != 2 or 0 in scores.shape or scores.shape != relevant.shape or np.isnan(scores).any():
        raise ValueError("input")


def _order(scores):
    return [sorted(range(len(row)), key=lambda d: (-row[d], d)) for row in scores.tolist()]


def _mean(relevant, order, depth=10, one=lambda hits: 1 / (hits[0] + 1), keep=lambda good, hits: True):
    parts = []
    for good, places in zip(relevant, order, strict=True):
        hits = [i for i, d in enumerate(places[:depth]) if good[d]]
        if keep(good, hits):
            parts.append(one(hits) if hits else 0.0)
    return float(np.mean(parts)) if parts else 0.0


def smallest_first(scores, relevant):
    """the smallest score came first
    Solver's mistake.
    """
    _checked(scores, relevant)
    return _mean(relevant, np.argsort(scores, axis=1, kind="stable"))


def reversed_sort(scores, relevant):
    """of equal scores the higher index came first
    Solver's mistake.
    """
    _checked(scores, relevant)
    return _mean(relevant, np.argsort(scores, axis=1, kind="stable")[:, ::-1])


def negates(scores, relevant):
    """which overflows \\(取负溢出\\)
    Solver's mistake.
    """
    _checked(scores, relevant)
    return _mean(relevant, np.argsort(-scores, axis=1, kind="stable"))


def optimistic_ties(scores, relevant):
    """a relevant document came before others of the same score
    Solver's mistake.
    """
    _checked(scores, relevant)
    total = 0.0
    for row, good in zip(scores, relevant, strict=True):
        if good.any():
            rank = 1 + int((row > row[good].max()).sum())
            total += 1 / rank if rank <= 10 else 0.0
    return total / len(scores)


def not_cut(scores, relevant):
    """the rank was not cut at 10"""
    _checked(scores, relevant)
    return _mean(relevant, _order(scores), depth=None)


def cut_at_9(scores, relevant):
    """the cut is one too early"""
    _checked(scores, relevant)
    return _mean(relevant, _order(scores), depth=9)


def average_of_all(scores, relevant):
    """all relevant documents were averaged
    Solver's mistake.
    """
    _checked(scores, relevant)
    total = 0.0
    for good, places in zip(relevant, _order(scores), strict=True):
        hits = [1 / (i + 1) for i, d in enumerate(places[:10]) if good[d]]
        total += sum(hits) / max(1, int(good.sum()))
    return total / len(scores)


def empty_queries_left_out(scores, relevant):
    """queries without a relevant document were left out
    Solver's mistake.
    """
    _checked(scores, relevant)
    return _mean(relevant, _order(scores), keep=lambda good, hits: good.any())


def misses_left_out(scores, relevant):
    """queries without a hit among the first 10 were left out"""
    _checked(scores, relevant)
    return _mean(relevant, _order(scores), keep=lambda good, hits: bool(hits))


def hit_rate(scores, relevant):
    """the share of queries with a hit"""
    _checked(scores, relevant)
    return _mean(relevant, _order(scores), one=lambda hits: 1.0)


def argmax_of_nothing(scores, relevant):
    """expected 0\\.5, returned 0\\.8333
    Solver's mistake.
    """
    _checked(scores, relevant)
    hits = np.take_along_axis(relevant, np.array(_order(scores)), axis=1)[:, :10]
    return float((1 / (hits.argmax(axis=1) + 1)).mean())


def nan_ranked(scores, relevant):
    """scores holds a NaN"""
    if scores.ndim != 2 or 0 in scores.shape or scores.shape != relevant.shape:
        raise ValueError("input")
    return _mean(relevant, _order(scores))
