"""Grader of bootstrap_accuracy_interval. Oracle: counts in Python and rational interpolation."""

import math
from fractions import Fraction

import numpy as np
import pytest

NAMES = ("accuracy", "low", "high")


def quantile(values, p):
    values, place = sorted(values), p * (len(values) - 1)
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return float(values[below] + (place - below) * (values[above] - values[below]))


def exact(correct, resamples, level, tail=None):
    right = [int(v) for v in correct.tolist()]
    shares = [Fraction(sum(right[i] for i in row), len(row)) for row in resamples.tolist()]
    a = (1 - Fraction(str(level))) / 2 if tail is None else tail
    return sum(right) / len(right), quantile(shares, a), quantile(shares, 1 - a)


def mistakes(correct, resamples, level):
    right = exact(correct, resamples, level)
    share, n = correct.astype(float), len(correct)
    drawn = share[resamples].mean(axis=1)
    one = 1 - Fraction(str(level))
    z = {0.95: 1.959963984540054, 0.9: 1.6448536269514722}.get(level, 1.0)
    spread, binomial = z * drawn.std(), z * math.sqrt(right[0] * (1 - right[0]) / n)
    found = {
        "all of 1 - level was cut off at each end; half of it (两侧各一半)": exact(correct, resamples, level, one),
        "level itself was used as the tail": {"low": exact(correct, resamples, level, one)[2]},
        "the mean of the resamples was returned as the accuracy; that of the examples is asked for": {
            "accuracy": float(drawn.mean())
        },
        "a normal interval from the spread of the resamples; the percentiles are asked for": {
            "low": right[0] - spread,
            "high": right[0] + spread,
        },
        "a binomial interval, without the resamples": {"low": right[0] - binomial, "high": right[0] + binomial},
        "a basic (reflected) bootstrap interval, 2 * accuracy - quantile": {
            "accuracy": right[0],
            "low": 2 * right[0] - right[2],
            "high": 2 * right[0] - right[1],
        },
        "duplicates in a resample were counted once; draws with replacement (有放回) keep them": {
            "accuracy": right[0],
            "low": quantile([Fraction(str(share[np.unique(r)].mean())) for r in resamples], one / 2),
        },
        "the quantiles were not interpolated": {
            "accuracy": right[0],
            "low": float(np.quantile(drawn, float(one / 2), method="lower")),
        },
        "low and high are in the wrong order": {"accuracy": right[0], "low": right[2], "high": right[1]},
        "a sum of many 1s in an 8-bit integer, which overflows (溢出)": {
            "accuracy": float(np.sum(correct, dtype=np.int8)) / n
        },
        "counts, not shares": {"accuracy": float(share.sum())},
        "the error rate; the accuracy is asked for": {"accuracy": 1 - right[0]},
    }
    if len(resamples) == n:
        axis = share[resamples].mean(axis=0)
        found["the mean was taken over the resamples; each row is one resample"] = {
            "accuracy": right[0],
            "low": float(np.quantile(axis, float(one / 2))),
        }
    return found


def holds(exercise, correct, resamples, level):
    answer = exercise(correct, resamples, level=level)
    known = mistakes(correct, resamples, level)
    answer.close_to(exact(correct, resamples, level), rtol=0, atol=1e-9, names=NAMES, known=known)


def draw(seed, n, resamples, share=0.7):
    rng = np.random.default_rng(seed)
    correct = rng.random(n) < share
    correct[:2] = [True, False][: min(n, 2)]
    return correct, rng.integers(0, n, (resamples, n))


def test_by_hand(exercise):
    """Accuracies 0, 1/2, 1/2, 1, 1: the quantiles 0.1 and 0.9 lie at positions 0.4 and 3.6."""
    correct, resamples = np.array([True, False]), np.array([[0, 1], [1, 1], [0, 0], [1, 0], [0, 0]])
    answer = exercise(correct, resamples, level=0.8)
    answer.close_to((0.5, 0.2, 1.0), rtol=0, atol=1e-9, names=NAMES, known=mistakes(correct, resamples, 0.8))


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_levels(exercise, level):
    holds(exercise, *draw(1, 37, 300), level)


def test_level_is_95_percent_by_default(exercise):
    correct, resamples = draw(2, 23, 90, 0.9)
    answer = exercise(correct, resamples)
    known = mistakes(correct, resamples, 0.95)
    answer.close_to(exact(correct, resamples, 0.95), rtol=0, atol=1e-9, names=NAMES, known=known)


@pytest.mark.parametrize(("n", "resamples"), [(1, 1), (1, 4), (5, 1), (12, 12), (300, 40), (40, 3)])
def test_sizes(exercise, n, resamples):
    holds(exercise, *draw(n, n, resamples), 0.9)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64])
def test_integers_and_fortran_order(exercise, dtype):
    correct, resamples = draw(3, 300, 20)
    holds(exercise, correct.astype(dtype), np.asfortranarray(resamples.astype(np.int32)), 0.9)


def test_all_right(exercise):
    holds(exercise, np.ones(6, bool), draw(4, 6, 10)[1], 0.95)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 95.0, float("nan")])
def test_refuses_level(exercise, level):
    exercise.raises(ValueError, *draw(5, 6, 4), level=level, because="level must be in (0, 1)")


@pytest.mark.parametrize("shape", [(6,), (4, 5), (4, 7), (1, 4, 6)])
def test_refuses_shapes(exercise, shape):
    exercise.raises(ValueError, np.ones(6, bool), np.zeros(shape, int), because="resamples must be (B, 6)")


@pytest.mark.parametrize("index", [-1, 6])
def test_refuses_indices(exercise, index):
    correct, resamples = draw(6, 6, 4)
    resamples[1, 2] = index
    exercise.raises(ValueError, correct, resamples, because=f"the index {index} is not in 0 .. 5")
