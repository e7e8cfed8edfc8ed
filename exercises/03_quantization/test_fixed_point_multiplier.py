"""Grader of fixed_point_multiplier. Oracle: exact rational numbers; the shift is found by doubling and halving."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("mantissa", "shift")


def exact_one(m):
    """Mantissa and shift of one positive float (``round`` of a Fraction is exact, half to even)."""
    value, shift = Fraction(m), 0
    while value >= 2**31:
        value, shift = value / 2, shift - 1
    while value < 2**30:
        value, shift = value * 2, shift + 1
    mantissa = round(value)
    return (2**30, shift - 1, value) if mantissa == 2**31 else (mantissa, shift, value)


def arrays(m, pick):
    items = [pick(*exact_one(v)) for v in m.ravel().tolist()]
    return tuple(np.array(part, np.int64).reshape(m.shape) for part in zip(*items, strict=True))


def mistakes(m):
    """What the usual mistakes return."""
    mantissa, shift = arrays(m, lambda a, n, v: (a, n))
    fraction, exponent = np.frexp(m)
    carried = arrays(m, lambda a, n, v: (round(v), n + (round(v) == 2**31)))
    lost = arrays(m, lambda a, n, v: (a, n + (round(v) == 2**31)))
    wrong_way = arrays(m, lambda a, n, v: (a, n + 2 * (round(v) == 2**31)))
    down = arrays(m, lambda a, n, v: (int(v), n + (round(v) == 2**31)))
    up = arrays(m, lambda a, n, v: (int(v + Fraction(1, 2)), n))
    capped = arrays(m, lambda a, n, v: (min(round(v), 2**31 - 1), n + (round(v) == 2**31)))

    def pair(values):
        return dict(zip(NAMES, values, strict=True))

    return {
        "a mantissa of 2**31, which int32 cannot hold: after the carry (进位) it is 2**30, with one shift less": pair(
            carried
        ),
        "a mantissa capped at 2**31 - 1 where rounding carries; the pair is 2**30 and a shift smaller by one": pair(
            capped
        ),
        "the mantissa was halved after the carry (进位), but the shift was not lowered by one": pair(lost),
        "after the carry (进位) the shift was raised by one; it goes down": pair(wrong_way),
        "the mantissa was truncated, not rounded": pair(down),
        "a half was rounded up, not to even (四舍六入五成双)": pair(up),
        "the shift has the opposite sign: a right shift divides by 2**shift": {"shift": -shift},
        "the exponent of frexp, not the right shift: m = mantissa * 2**-shift with an integer mantissa": {
            "shift": exponent.astype(np.int64)
        },
        "the shift that belongs to the fraction; it lacks the 31 of the integer mantissa": {"shift": shift - 31},
        "the fraction was cast to an integer before it was scaled by 2**31": {"mantissa": np.zeros(m.shape)},
        "30 bits, in [2**29, 2**30); one more fits int32": {"mantissa": np.rint(fraction * 2**30), "shift": shift - 1},
        "32 bits, in [2**31, 2**32), too large for int32": {"mantissa": np.rint(fraction * 2**32), "shift": shift + 1},
        "mantissa and shift are in the wrong order": {"mantissa": shift, "shift": mantissa},
        "one shift for all channels; each has its own": {"shift": np.full(m.shape, shift.min(initial=0))},
    }


def holds(exercise, m):
    m = np.asarray(m, np.float64)
    expected = arrays(m, lambda a, n, v: (a, n))
    exercise(m).equals(expected, dtype="exact", names=NAMES, known=mistakes(m))


def test_by_hand(exercise):
    m = np.array([0.75, 1.5, 3.0, 0.375])
    expected = (np.full(4, 3 * 2**29), np.array([31, 30, 29, 32]))
    exercise(m).equals(expected, dtype="exact", names=NAMES, known=mistakes(m))


def test_typical_factors(exercise):
    holds(exercise, np.random.default_rng(0).uniform(1e-4, 0.02, 24))


def test_powers_of_two(exercise):
    holds(exercise, 2.0 ** np.array([-40, -31, -1, 0, 1, 5, 29, 30, 31, 32, 60]))


def test_beside_powers_of_two(exercise):
    powers = 2.0 ** np.array([-33, -1, 0, 3, 40])
    holds(exercise, np.nextafter(powers, np.inf))
    holds(exercise, powers * (1 + 2.0**-30))


def test_the_carry(exercise):
    below = np.nextafter(2.0 ** np.array([-33, -1, 0, 3, 40]), 0)
    holds(exercise, np.append(below, [0.3, 1 - 2.0**-33]))


def test_the_last_mantissa_without_a_carry(exercise):
    holds(exercise, np.array([1 - 2.0**-31, (2**31 - 1) * 2.0**-20, (2**31 - 0.75) * 2.0**-31]))


def test_a_half_that_carries(exercise):
    holds(exercise, np.array([1 - 2.0**-32]))  # exactly between 2**31 - 1 and 2**31, which is even


def test_rounds_half_to_even(exercise):
    halves = np.array([2**30 + 0.5, 2**30 + 1.5, 2**30 + 2.5, 2**31 - 2.5])
    holds(exercise, halves * 2.0**-40)


def test_the_whole_range(exercise):
    holds(exercise, np.append(10.0 ** np.arange(-30, 31, 4), [1e-30, 1e30, 2.0**31, 3e9, 12345678901.0]))


def test_any_shape(exercise):
    m = np.random.default_rng(3).uniform(0.001, 3.0, (4, 3))
    holds(exercise, np.asfortranarray(m))
    holds(exercise, m[:1, :2, None].copy())


@pytest.mark.parametrize("value", [0.0, -0.5, np.nan, np.inf, -np.inf])
def test_refuses(exercise, value):
    exercise.raises(ValueError, np.array([0.5, value, 0.25]), because="every factor must be positive and finite")
