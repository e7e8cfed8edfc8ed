"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import math


def _d(base, candidate, z):
    if base.ndim != 1 or base.shape != candidate.shape or len(base) < 2 or not z > 0:
        raise ValueError("input")
    return candidate.astype(float) - base.astype(float)


def _answer(d, half, scale=2, top=1.0, stop=1, agree=0):
    b, c = int((d < 0).sum()), int((d > 0).sum())
    n = len(d) if agree else b + c
    p = scale * sum(math.comb(n, k) for k in range(min(b, c) + stop)) / 2**n
    return float(d.mean()), float(d.mean() - half), float(d.mean() + half), float(min(top, p))


def _half(d, z, ddof=1):
    return z * d.std(ddof=ddof) / math.sqrt(len(d))


def wrong_sign(base, candidate, *, z=1.96):
    """the difference has the wrong sign"""
    d = -_d(base, candidate, z)
    return _answer(d, _half(d, z))


def independent(base, candidate, *, z=1.96):
    """the two models were treated as independent \\(独立样本\\)
    Solver's mistake.
    """
    d = _d(base, candidate, z)
    return _answer(d, z * math.sqrt((base.var() + candidate.var()) / len(d)))


def population(base, candidate, *, z=1.96):
    """n in the denominator of the variance
    Solver's mistake.
    """
    d = _d(base, candidate, z)
    return _answer(d, _half(d, z, 0))


def spread_of_one(base, candidate, *, z=1.96):
    """the standard deviation was not divided by sqrt\\(n\\)"""
    d = _d(base, candidate, z)
    return _answer(d, z * d.std(ddof=1))


def z_fixed(base, candidate, *, z=1.96):
    """1\\.96 is its default only"""
    d = _d(base, candidate, z)
    return _answer(d, _half(d, 1.96))


def one_sided(base, candidate, *, z=1.96):
    """a one-sided p value"""
    d = _d(base, candidate, z)
    return _answer(d, _half(d, z), scale=1)


def above_one(base, candidate, *, z=1.96):
    """the p value is above 1 where b = c
    Solver's mistake.
    """
    d = _d(base, candidate, z)
    return _answer(d, _half(d, z), top=9.0)


def all_examples(base, candidate, *, z=1.96):
    """the p value counts all n examples
    Solver's mistake.
    """
    d = _d(base, candidate, z)
    return _answer(d, _half(d, z), agree=1)


def chi_square(base, candidate, *, z=1.96):
    """the p value is that of the chi-square approximation"""
    d = _d(base, candidate, z)
    b, c = int((d < 0).sum()), int((d > 0).sum())
    p = math.erfc(abs(b - c) / math.sqrt(2 * (b + c))) if b + c else 1.0
    return *_answer(d, _half(d, z))[:3], p


def stops_early(base, candidate, *, z=1.96):
    """the sum of the p value stops before"""
    d = _d(base, candidate, z)
    found = _answer(d, _half(d, z), stop=0)
    return found if d.any() else (*found[:3], 1.0)


def subtracts_bools(base, candidate, *, z=1.96):
    """TypeError
    Solver's mistake.
    """
    _d(base, candidate, z)
    d = candidate - base
    return _answer(d, _half(d, z))


def floats_overflow(base, candidate, *, z=1.96):
    """OverflowError
    Solver's mistake.
    """
    d = _d(base, candidate, z)
    b, c = int((d < 0).sum()), int((d > 0).sum())
    p = sum(float(math.comb(b + c, k)) for k in range(min(b, c) + 1)) / 2.0 ** (b + c)
    return *_answer(d, _half(d, z))[:3], min(1.0, 2 * p)
