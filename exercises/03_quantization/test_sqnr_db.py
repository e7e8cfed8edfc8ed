"""Grader of sqnr_db. Oracles: closed forms (20 dB is a tenth of the amplitude), and sums of exact fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest

TOLERANCE = {"rtol": 0.0, "atol": 1e-4}


def exact(x, x_hat):
    pairs = [(Fraction(float(a)), Fraction(float(b))) for a, b in zip(x.ravel(), x_hat.ravel(), strict=True)]
    signal, noise = sum(a * a for a, _ in pairs), sum((a - b) ** 2 for a, b in pairs)
    return 10 * math.log10(signal / noise)


def mistakes(x, x_hat):
    """What the usual mistakes return; one that cannot be computed here is left out."""
    a, b = x.astype(np.float64), x_hat.astype(np.float64)
    db = exact(x, x_hat)
    noise = np.sum((a - b) ** 2)
    tried = {
        "20 * log10 of a ratio of powers: that factor belongs to amplitudes": (2 * db, 0),
        "the ratio is upside down: noise over signal": (-db, 0),
        "the natural logarithm, not log10": (10 * math.log(10) * db / 10, 0),
        "the factor 10 is missing: that is bel, not decibel (分贝)": (db / 10, 0),
        "the ratio itself, without the logarithm": (10 ** (db / 10), 0),
        "the mean was subtracted (a variance); power is the plain sum of squares (不减均值)": (a.var(), noise / a.size),
        "the mean of the error was subtracted (a variance); noise power is the plain sum": (
            np.sum(a**2) / a.size,
            (a - b).var(),
        ),
        "both means were subtracted (variances); power is the plain sum of squares (不减均值)": (
            a.var(),
            (a - b).var(),
        ),
        "the power of x_hat was taken for that of the signal": (np.sum(b**2), noise),
        "the peak of x was taken (PSNR), not its power": (np.abs(a).max() ** 2, noise / a.size),
        "one sum was divided by the number of elements, the other not": (np.sum(a**2), noise / a.size),
        "absolute values were summed, not squares": (np.abs(a).sum(), np.abs(a - b).sum()),
    }
    found = {}
    for text, (top, bottom) in tried.items():
        if bottom == 0 and top != 0 and "subtracted" not in text:
            found[text] = float(top)
        elif bottom > 0 and top > 0:
            found[text] = 10 * math.log10(top / bottom)
    return found


def holds(exercise, x, x_hat, expected):
    exercise(x, x_hat).close_to(expected, **TOLERANCE, known=mistakes(x, x_hat))


CLOSED = [
    ([10.0], [9.0], 20.0),
    ([-10.0], [-9.0], 20.0),
    ([1000.0, 0.0], [999.0, 0.0], 60.0),
    ([3.0, 4.0], [3.0, 5.0], 10 * math.log10(25)),
    ([2.0, -1.0], [0.0, 0.0], 0.0),
    ([2.0, -1.0], [-2.0, 1.0], -10 * math.log10(4)),
    ([1.0, 1.0, 1.0, 1.0], [0.5, 0.5, 0.5, 0.5], 10 * math.log10(4)),
    ([0.0, 0.0, 1.0], [10.0, 0.0, 1.0], -20.0),
]


@pytest.mark.parametrize(("x", "x_hat", "expected"), CLOSED)
def test_closed_forms(exercise, x, x_hat, expected):
    holds(exercise, np.array(x), np.array(x_hat), expected)


@pytest.mark.parametrize("bits", [2, 4, 8, 12])
def test_a_quantized_sample(exercise, bits):
    x = np.random.default_rng(bits).normal(0.7, 1.0, (6, 9, 5)).astype(np.float32)
    step = 4.0 / 2 ** (bits - 1)
    x_hat = (np.rint(x / step) * step).astype(np.float32)
    holds(exercise, x, x_hat, exact(x, x_hat))


def test_a_full_scale_ramp(exercise):
    # x uniform on (-1, 1), 256 levels: the error is uniform in one step, so the ratio is 256**2 = 48.16 dB.
    fine = (np.arange(2**14) + 0.5) / 2**13 - 1
    x_hat = (np.floor(fine * 128) + 0.5) / 128
    known = mistakes(fine, x_hat)
    exercise(fine, x_hat).close_to(20 * math.log10(256), rtol=0, atol=2e-3, known=known)


def test_large_values_of_float16(exercise):
    x = np.array([[300.0, -2000.0], [60000.0, 8.0]], np.float16)
    x_hat = np.array([[304.0, -2048.0], [-60000.0, 0.0]], np.float16)
    holds(exercise, x, x_hat, exact(x, x_hat))


@pytest.mark.parametrize("size", [1e25, 1e-25])
def test_large_and_small_float32(exercise, size):
    x = (np.array([1.0, -2.0, 0.5]) * size).astype(np.float32)
    x_hat = (np.array([1.1, -1.9, 0.5]) * size).astype(np.float32)
    holds(exercise, x, x_hat, exact(x, x_hat))


def test_a_small_error_of_mixed_dtypes(exercise):
    x = np.array([1.0, 100.0])
    x_hat = np.array([1.0, 100.03125], np.float16).astype(np.float32)
    x[1] = 100.0625 + 1e-5
    holds(exercise, x, x_hat, exact(x, x_hat))
    holds(exercise, x_hat, x, exact(x_hat, x))


def test_no_noise_is_infinite(exercise):
    x = np.array([[1.0, -0.25], [3.0, 0.0]], np.float32)
    known = {"a small number was added to the noise: without noise the ratio is inf": 10 * math.log10(10.0625 / 1e-12)}
    exercise(x, x.copy()).equals(math.inf, known=known)


@pytest.mark.parametrize("x_hat", [[0.0, 0.0, 0.0], [0.5, 0.0, -1.0]])
def test_no_signal_is_refused(exercise, x_hat):
    x = np.zeros(3, np.float32)
    exercise.raises(ValueError, x, np.array(x_hat, np.float32), because="x is zero everywhere: there is no signal")


SHAPES = [((3,), (1, 3)), ((2, 3), (3,)), ((3,), ()), ((2, 3), (3, 2)), ((4,), (5,))]


@pytest.mark.parametrize(("one", "other"), SHAPES)
def test_refuses_shapes_that_differ(exercise, one, other):
    because = "x and x_hat must have the same shape; do not broadcast (不广播)"
    exercise.raises(ValueError, np.full(one, 2.0), np.full(other, 1.0), because=because)


def test_refuses_empty(exercise):
    exercise.raises(ValueError, np.ones((0, 3)), np.ones((0, 3)), because="x is empty")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_refuses_what_is_not_finite(exercise, value):
    good, bad = np.array([1.0, 2.0]), np.array([1.0, value])
    exercise.raises(ValueError, bad, good, because="x holds NaN or infinity")
    exercise.raises(ValueError, good, bad, because="x_hat holds NaN or infinity")
