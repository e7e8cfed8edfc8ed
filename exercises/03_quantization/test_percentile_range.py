"""Grader of percentile_range. Oracles: the definition in rational numbers, and torch.quantile (frozen)."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("low", "high")

# torch.quantile(x, q) at q = 1 - p / 100 and q = p / 100 in float64, torch 2.13.0.
TORCH_X = [-3.5, 0.25, 1.0, -0.125, 2.75, 9.0, -6.0, 0.5, 4.0, -1.5]
TORCH = [(75, -1.15625, 2.3125), (90, -3.75, 4.5), (99, -5.775, 8.55), (99.9, -5.9775, 8.955)]


def quantile(x, p):
    """The prompt's definition, exactly; ``p`` is read as the decimal number that is written."""
    v = sorted(Fraction(float(value)) for value in x.ravel())
    h = Fraction(len(v) - 1) * p / 100
    k = int(h)
    return v[k] if k == h else v[k] + (h - k) * (v[k + 1] - v[k])


def exact(x, percentile):
    p = Fraction(str(percentile))
    return min(float(quantile(x, 100 - p)), 0.0), max(float(quantile(x, p)), 0.0)


def both(low, high):
    return {"low": min(float(low), 0.0), "high": max(float(high), 0.0)}


def mistakes(x, percentile):
    """What the usual mistakes return."""
    p = Fraction(str(percentile))
    v = np.sort(x, axis=None).astype(np.float64)
    last = len(v) - 1
    down, up = int(last * (100 - p) / 100), int(last * p / 100)
    half = (100 - p) / 2
    by_count = Fraction(len(v)) * p / 100
    low, high = quantile(x, 100 - p), quantile(x, p)
    size = float(quantile(np.abs(x), p))
    return {
        "the range was not widened to contain 0 (零点)": {"low": float(low), "high": float(high)},
        "the smallest and the largest value: nothing was cut off": both(v[0], v[-1]),
        "the share 100 - percentile was split over both ends; cut it off at each end": both(
            quantile(x, half), quantile(x, 100 - half)
        ),
        "no interpolation (线性插值): the nearest values below were taken": both(v[down], v[up]),
        "no interpolation (线性插值): the outer neighbours were taken": both(v[down], v[min(up + 1, last)]),
        "no interpolation (线性插值): the nearest rank was taken": both(
            v[round(last * (100 - p) / 100)], v[round(last * p / 100)]
        ),
        "N * percentile / 100 taken as the position; there are N - 1 gaps between N values": both(
            v[int(Fraction(len(v)) * (100 - p) / 100)], v[min(int(by_count), last)]
        ),
        "the percentile of |x|, a symmetric range (对称); the two ends are found separately": {
            "low": -size,
            "high": size,
        },
        "the low end was left at the minimum": both(v[0], high),
        "the high end was left at the maximum": both(low, v[-1]),
        "percentile was read as a fraction: 99 is 99 %, not 0.99 %": both(
            quantile(x, 100 - p / 100), quantile(x, p / 100)
        ),
        "the range was widened the wrong way round: low <= 0 <= high must hold": {
            "low": max(float(low), 0.0),
            "high": min(float(high), 0.0),
        },
        "low and high are in the wrong order": {"low": max(float(high), 0.0), "high": min(float(low), 0.0)},
    }


def holds(exercise, x, percentile, expected):
    answer = exercise(x, percentile=percentile)
    answer.close_to(expected, rtol=1e-5, atol=1e-6, names=NAMES, known=mistakes(x, percentile))


@pytest.mark.parametrize(("percentile", "low", "high"), TORCH)
def test_agrees_with_torch(exercise, percentile, low, high):
    holds(exercise, np.array(TORCH_X), percentile, (low, high))


@pytest.mark.parametrize("percentile", [50.5, 60, 87.5, 95, 99.9, 100])
def test_definition(exercise, percentile):
    x = np.random.default_rng(7).normal(0.2, 3.0, (11, 13)).astype(np.float32)
    holds(exercise, x, percentile, exact(x, percentile))


def test_one_outlier(exercise):
    x = np.random.default_rng(8).normal(0.0, 1.0, 4001).astype(np.float32)
    x[17] = 1e6
    holds(exercise, x, 99.5, exact(x, 99.5))


def test_position_on_an_element(exercise):
    x = np.arange(-100, 101, dtype=np.float32)[::-1].copy()
    holds(exercise, x, 99, (-98.0, 98.0))


def test_a_shifted_activation(exercise):
    x = np.random.default_rng(9).uniform(2.0, 5.0, (3, 4, 5)).astype(np.float32)
    holds(exercise, x, 95, (0.0, exact(x, 95)[1]))
    holds(exercise, -x, 95, (exact(-x, 95)[0], 0.0))


def test_range_whose_ends_are_on_one_side(exercise):
    x = np.array([-50.0, *np.linspace(1, 4, 60), 80.0])  # some values below 0, but not the percentile
    holds(exercise, x, 95, (0.0, exact(x, 95)[1]))


def test_all_dimensions_are_one_sample(exercise):
    x = np.asfortranarray(np.linspace(-3, 9, 24).reshape(2, 3, 4) ** 3)
    holds(exercise, x, 80, exact(x, 80))


@pytest.mark.parametrize(("values", "expected"), [([2.5], (0.0, 2.5)), ([-2.5], (-2.5, 0.0)), ([0.0, 0.0], (0.0, 0.0))])
def test_small_inputs(exercise, values, expected):
    exercise(np.array(values), percentile=99).close_to(
        expected,
        names=NAMES,
        known={
            "the range was not widened to contain 0 (零点)": (values[0], values[0]),
        },
    )


def test_two_values(exercise):
    holds(exercise, np.array([-1.0, 3.0]), 75, (0.0, 2.0))
    holds(exercise, np.array([3.0, -1.0]), 100, (-1.0, 3.0))


@pytest.mark.parametrize(("dtype", "size"), [(np.float16, 60000), (np.float32, 3e38)], ids=["float16", "float32"])
def test_a_gap_that_overflows_its_type(exercise, dtype, size):
    x = np.array([size, -size], dtype)
    holds(exercise, x, 75, exact(x, 75))
    x = np.array([-size, size / 4, -size / 3, size], dtype)
    holds(exercise, x, 60, exact(x, 60))


@pytest.mark.parametrize("percentile", [50, 0.99, 0, -1, 100.5])
def test_refuses_percentile(exercise, percentile):
    x = np.linspace(-1, 1, 9)
    exercise.raises(ValueError, x, percentile=percentile, because="percentile must be in (50, 100]")


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf, 0.0], [-np.inf, 0.0]])
def test_refuses_what_has_no_range(exercise, values):
    because = "x is empty" if not values else "x holds NaN or infinity"
    exercise.raises(ValueError, np.array(values), percentile=99, because=because)
