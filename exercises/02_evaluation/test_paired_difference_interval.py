"""Grader of paired_difference_interval. Oracles: scipy binomtest (frozen), exact counts of the four cases."""

import math
from fractions import Fraction

import numpy as np
import pytest

NAMES = ("difference", "low", "high", "p_value")

# (b, c, p) with p = scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue, scipy 1.17.1.
SCIPY = [
    (0, 1, 1.0),
    (3, 9, 0.14599609375),
    (9, 3, 0.14599609375),
    (0, 6, 0.03125),
    (25, 40, 0.08168153394154003),
    (61, 58, 0.8546300421797667),
    (8, 8, 1.0),
]


def pair(both, b, c, neither, seed=0):
    """Two bool arrays with these counts, in random order."""
    table = np.array([[1, 1]] * both + [[1, 0]] * b + [[0, 1]] * c + [[0, 0]] * neither, bool).reshape(-1, 2)
    np.random.default_rng(seed).shuffle(table)
    return table[:, 0].copy(), table[:, 1].copy()


def counts(base, candidate):
    pairs = list(zip(base.tolist(), candidate.tolist(), strict=True))
    return pairs.count((True, False)), pairs.count((False, True)), len(pairs)


def p_value(b, c):
    """By symmetry: the share of outcomes at least as far from the middle."""
    n = b + c
    far = sum(math.comb(n, k) for k in range(n + 1) if abs(2 * k - n) >= abs(b - c))
    return float(Fraction(far, 2**n))


def spread(b, c, n, less=1):
    """From the counts: sum of squares b + c, sum c - b."""
    return math.sqrt(Fraction(b + c) - Fraction((c - b) ** 2, n)) / math.sqrt((n - less) * n)


def result(difference, half, p):
    return difference, difference - half, difference + half, p


def exact(base, candidate, z):
    b, c, n = counts(base, candidate)
    return result((c - b) / n, z * spread(b, c, n), p_value(b, c))


def mistakes(base, candidate, z):
    b, c, n = counts(base, candidate)
    mean, p = (c - b) / n, p_value(b, c)
    one, other = float(base.mean()), float(candidate.mean())
    free = math.sqrt((one * (1 - one) + other * (1 - other)) / n)
    free_sample = free * math.sqrt(n / (n - 1))
    half = z * spread(b, c, n)
    tail = float(Fraction(sum(math.comb(b + c, k) for k in range(min(b, c) + 1)), 2 ** (b + c)))
    return {
        "the difference has the wrong sign: candidate - base": {"difference": -mean},
        "the two models were treated as independent (独立样本): the answers are paired, use the d_i": result(
            mean, z * free, p
        ),
        "the two models were treated as independent, with n - 1": result(mean, z * free_sample, p),
        "n in the denominator of the variance; n - 1 is asked for": result(mean, z * spread(b, c, n, 0), p),
        "the standard deviation was not divided by sqrt(n): that is the spread of one example": result(
            mean, half * math.sqrt(n), p
        ),
        "z was left out of the interval": result(mean, half / z, p),
        "z was not used: 1.96 is its default only": result(mean, half / z * 1.96, p),
        "low and high are in the wrong order": {"difference": mean, "low": mean + half, "high": mean - half},
        "a one-sided p value; the two-sided (双侧) one is twice as large": result(mean, half, tail),
        "the p value is above 1 where b = c: take min(1, ...)": result(mean, half, 2 * tail),
        "the p value is that of the chi-square approximation; the exact one is asked for": result(
            mean, half, math.erfc(abs(b - c) / math.sqrt(2 * (b + c))) if b + c else 1.0
        ),
        "the p value counts all n examples; those on which both agree say nothing": result(
            mean, half, min(1.0, 2 * float(Fraction(sum(math.comb(n, k) for k in range(min(b, c) + 1)), 2**n)))
        ),
        "the sum of the p value stops before min(b, c)": result(
            mean, half, 2 * float(Fraction(sum(math.comb(b + c, k) for k in range(min(b, c))), 2 ** (b + c)))
        ),
    }


def holds(exercise, base, candidate, z):
    answer = exercise(base, candidate, z=z)
    known = mistakes(base, candidate, z)
    answer.close_to(exact(base, candidate, z), rtol=1e-9, atol=1e-12, names=NAMES, known=known)


@pytest.mark.parametrize(("b", "c", "p"), SCIPY)
def test_agrees_with_scipy(exercise, b, c, p):
    base, candidate = pair(7, b, c, 3)
    answer = exercise(base, candidate, z=1.96)
    expected = (*exact(base, candidate, 1.96)[:3], p)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(base, candidate, 1.96))


def test_by_hand(exercise):
    """d = -1, 0, 1, -1: mean -1/4, s^2 = (3 - 1/4) / 3, p = 1."""
    base, candidate = np.array([True, True, False, True]), np.array([False, True, True, False])
    half = 2 * math.sqrt(11 / 12 / 4)
    answer = exercise(base, candidate, z=2.0)
    expected = (-0.25, -0.25 - half, -0.25 + half, 1.0)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(base, candidate, 2.0))


@pytest.mark.parametrize("table", [(40, 12, 5, 9), (900, 3, 14, 83), (0, 0, 5, 0), (0, 4, 0, 0), (5, 9, 9, 2)])
@pytest.mark.parametrize("z", [1.0, 2.5758])
def test_tables(exercise, table, z):
    holds(exercise, *pair(*table), z)


def test_z_is_1_96_by_default(exercise):
    base, candidate = pair(20, 8, 3, 4)
    answer = exercise(base, candidate)
    known = mistakes(base, candidate, 1.96)
    answer.close_to(exact(base, candidate, 1.96), rtol=1e-9, atol=1e-12, names=NAMES, known=known)


def test_no_disagreement(exercise):
    holds(exercise, *pair(6, 0, 0, 3), 1.96)


def test_two_examples(exercise):
    holds(exercise, *pair(1, 1, 0, 0), 1.96)
    holds(exercise, *pair(0, 2, 0, 0), 1.0)


def test_many_disagreements(exercise):
    holds(exercise, *pair(10, 1010, 1070, 10), 1.96)


def test_a_view_with_strides(exercise):
    both = np.asfortranarray(np.stack(pair(20, 8, 3, 4), axis=1))
    holds(exercise, both[::2, 0], both[::2, 1], 1.96)


@pytest.mark.parametrize("z", [0.0, -1.0, float("nan")])
def test_refuses_z(exercise, z):
    exercise.raises(ValueError, *pair(3, 2, 1, 1), z=z, because="z must be above 0")


@pytest.mark.parametrize(
    "shapes", [((1,), (1,)), ((0,), (0,)), ((4,), (5,)), ((4, 1), (4, 1)), ((4,), (1,)), ((4,), (4, 4)), ((), ())]
)
def test_refuses_shapes(exercise, shapes):
    because = "two 1-D arrays of one length, at least 2, are needed"
    exercise.raises(ValueError, *(np.ones(s, bool) for s in shapes), because=because)
