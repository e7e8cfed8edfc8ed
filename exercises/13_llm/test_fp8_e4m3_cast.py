"""Grader of fp8_e4m3_cast. Oracles: ml_dtypes (frozen) and a search in all 127 magnitudes with exact comparisons."""

from bisect import bisect_left
from fractions import Fraction

import numpy as np
import pytest

# Magnitudes by the definition, in the order of their codes 0 .. 126; all are exact in double precision.
VALUES = [2.0**-6 * (m / 8) if e == 0 else 2.0 ** (e - 7) * (1 + m / 8) for e in range(16) for m in range(8)][:127]

# x.astype(ml_dtypes.float8_e4m3fn).astype(np.float32), ml_dtypes 0.6.0
ML_X = [
    0.3,
    -1.07,
    17.0,
    19.0,
    448.0,
    300.0,
    -0.0011,
    0.001,
    0.02,
    0.0146,
    -0.9999,
    240.5,
    1.0625,
    1.1875,
    0.0029296875,
]
ML_X += [0.0009765625, -208.0]
ML_Y = [0.3125, -1.125, 16.0, 20.0, 448.0, 288.0, -0.001953125, 0.001953125, 0.01953125, 0.013671875, -1.0, 240.0, 1.0]
ML_Y += [1.25, 0.00390625, 0.0, -208.0]


def nearest(v):
    """Take the nearer neighbour in the table; a tie goes to the even code, whose mantissa is even."""
    magnitude = abs(v)
    if magnitude >= 448:
        return float(np.sign(v) * 448)
    above = bisect_left(VALUES, magnitude)
    codes = range(max(above - 1, 0), above + 1)
    distances = [(abs(Fraction(magnitude) - Fraction(VALUES[c])), c % 2, VALUES[c]) for c in codes]
    return float(np.sign(v)) * min(distances)[2]


def expected(x):
    return np.array([nearest(float(v)) for v in x.ravel()], np.float32).reshape(x.shape)


def rounded(x, *, rounding=np.rint, mantissa=3, lowest=-6, largest=448.0):
    """Round in one of the usual ways."""
    x = x.astype(np.float64)
    finite = np.clip(x, -1e6, 1e6)
    exponent = np.maximum(np.frexp(finite)[1] - 1, lowest)
    step = 2.0 ** (exponent - mantissa)
    return np.clip(rounding(finite / step) * step, -largest, largest)


def half_away(v):
    return np.sign(v) * np.floor(np.abs(v) + 0.5)


def mistakes(x):
    """What the usual mistakes return."""
    right = rounded(x)
    with np.errstate(over="ignore"):
        single = x.astype(np.float32)
        halved = single.astype(np.float16)
    table = np.array(VALUES)
    magnitude = np.abs(x.astype(np.float64))
    lower = np.sign(x) * table[np.abs(magnitude[..., None] - table).argmin(-1)]
    below = np.sign(x) * table[np.maximum(np.searchsorted(table, magnitude, side="right") - 1, 0)]
    return {
        "a tie goes to the smaller magnitude (argmin takes the first), not to the even mantissa (平局取偶)": lower,
        "a tie goes up (half away from zero), not to the even mantissa (平局取偶)": rounded(x, rounding=half_away),
        "a tie goes up (floor(v + 0.5)); it must go to the even mantissa (平局取偶)": rounded(
            x, rounding=lambda v: np.floor(v + 0.5)
        ),
        "the mantissa was truncated, not rounded (截断)": below,
        "magnitudes below 2**-6 became 0: the subnormal numbers (非规格化数) are missing": np.where(
            magnitude < 2.0**-6, 0, right
        ),
        "below 2**-6 the steps still shrink: subnormal numbers (非规格化数) all have the step 2**-9": (
            rounded(x, lowest=-100)
        ),
        "the values saturate at 240: that is E4M3 with infinities; here E = 15 holds numbers too": rounded(
            x, largest=240.0
        ),
        "the values saturate at 480, but that code means NaN: the largest value is 448": rounded(x, largest=480.0),
        "the values do not saturate (饱和) at 448": rounded(x, largest=1e9),
        "two bits of mantissa were kept: that is E5M2, E4M3 has three": rounded(
            x, mantissa=2, lowest=-14, largest=57344.0
        ),
        "four bits of mantissa were kept: the leading 1 is not stored, so three bits give steps of 1/8": rounded(
            x, mantissa=4
        ),
        "the smallest exponent is -7: a field E = 1 means 2**(1 - 7) = 2**-6": rounded(x, lowest=-7),
        "it was rounded twice (两次舍入): the detour through float32 turns near-ties into ties": rounded(single),
        "it was rounded twice (两次舍入): the detour through float16 turns near-ties into ties": rounded(halved),
        "the signs are lost": np.abs(right),
    }


def holds(exercise, x):
    exercise(x).equals(expected(x), dtype=np.float32, known=mistakes(x))


def test_agrees_with_ml_dtypes(exercise):
    x = np.array(ML_X, np.float32)
    exercise(x).equals(np.array(ML_Y, np.float32), dtype=np.float32, known=mistakes(x))


def test_every_value_stays_as_it_is(exercise):
    x = np.array([VALUES, [-v for v in VALUES]], np.float32)
    exercise(x).equals(x.copy(), dtype=np.float32, known=mistakes(x))


def test_every_tie(exercise):
    middle = (np.array(VALUES[1:]) + np.array(VALUES[:-1])) / 2
    holds(exercise, np.concatenate([middle, -middle]).astype(np.float32))


@pytest.mark.parametrize("towards", [0.0, 1e9])
def test_beside_every_tie(exercise, towards):
    middle = ((np.array(VALUES[1:]) + np.array(VALUES[:-1])) / 2).astype(np.float32)
    beside = np.nextafter(middle, np.float32(towards))
    holds(exercise, np.stack([beside, -beside], axis=1))


def test_rounds_once_from_double_precision(exercise):
    middle = (np.array(VALUES[1:]) + np.array(VALUES[:-1])) / 2
    x = np.concatenate([middle * (1 + 1e-12), middle * (1 - 1e-12), -middle * (1 + 1e-15)])
    holds(exercise, x)


def test_saturates(exercise):
    x = np.array([449.0, 464.0, 465.0, 479.0, 480.0, 1e4, 3e38, np.inf, -464.0, -500.0, -np.inf, 447.9], np.float32)
    holds(exercise, x)


def test_subnormal_numbers(exercise):
    x = np.linspace(-0.02, 0.02, 81).astype(np.float32).reshape(9, 9)
    holds(exercise, x)
    holds(exercise, np.array([1e-30, -1e-45, 2.0**-10, 2.0**-11, 0.0], np.float32))


@pytest.mark.parametrize("shape", [(), (1,), (3, 4, 5)])
def test_shapes(exercise, shape):
    x = np.random.default_rng(5).normal(0, 9, shape)
    holds(exercise, np.asarray(x, np.float32))


def test_leaves_a_fortran_ordered_array_alone(exercise):
    x = np.random.default_rng(6).normal(0, 1, (40, 30)) * 10.0 ** np.random.default_rng(7).integers(-4, 3, (40, 30))
    holds(exercise, np.asfortranarray(x.astype(np.float32)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_refuses_nan(exercise, dtype):
    exercise.raises(
        ValueError, np.array([1.0, np.nan], dtype), because="x holds a NaN, which is not nearest to anything"
    )
