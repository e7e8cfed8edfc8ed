"""Grader of requantize. Oracle: Python integers, which have no limit: the floor of an exact fraction, one at a time."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest

INT32 = {"zero_point": 0, "qmin": -(2**31), "qmax": 2**31 - 1}
UINT8 = {"zero_point": 7, "qmin": 0, "qmax": 255}


def columns(acc, value):
    """``value`` once per element of ``acc``: it belongs to the last axis."""
    return np.broadcast_to(np.asarray(value, np.int64), acc.shape).ravel().tolist()


def each(acc, mantissa, shift, rule, dtype=np.int64):
    """Apply ``rule`` to every accumulator with its exact product and its divisor."""
    triples = zip(acc.ravel().tolist(), columns(acc, mantissa), columns(acc, shift), strict=True)
    return np.array([rule(a * m, 2**n) for a, m, n in triples], dtype).reshape(acc.shape)


def exact(acc, mantissa, shift, zero_point, qmin, qmax):
    """The definition."""

    def rule(product, divisor):
        return min(max(floor(Fraction(product, divisor) + Fraction(1, 2)) + zero_point, qmin), qmax)

    return each(acc, mantissa, shift, rule, np.int32)


def away(product, divisor):
    """Round half away from zero."""
    size = floor(Fraction(abs(product), divisor) + Fraction(1, 2))
    return size if product >= 0 else -size


def twice(product, divisor):
    """Round to 2**-31 first, as a doubling high multiply does, then shift with a second rounding."""
    if divisor < 2**31:
        return floor(Fraction(product, divisor) + Fraction(1, 2))
    high = floor(Fraction(product, 2**31) + Fraction(1, 2))
    return floor(Fraction(high, divisor // 2**31) + Fraction(1, 2))


def wrapped(value, bits):
    """What an integer of this width keeps."""
    return (value + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)


def mistakes(acc, mantissa, shift, zero_point, qmin, qmax):
    """What the usual mistakes return."""
    half = Fraction(1, 2)
    rules = {
        "a half was rounded away from zero; here it goes up, also below zero: R(-2.5) = -2": away,
        "a half was rounded to even; here it goes up: R(2.5) = 3": lambda p, d: round(Fraction(p, d)),
        "nothing was rounded: a plain shift is floor; add half of 2**shift first": lambda p, d: p // d,
        "the quotient was cut towards zero, not rounded": lambda p, d: abs(p) // d * (1 if p >= 0 else -1),
        "the product was rounded to the 53 bits of a float64; use integers": lambda p, d: floor(float(p) / d + 0.5),
        "np.rint in float64, which holds 53 bits and rounds halves to even; use integers": lambda p, d: round(
            float(p) / d
        ),
        "two roundings, one of the high half and one of the shift; there is one": twice,
        "the product wrapped (溢出回绕) in int32: widen acc to int64 before it": lambda p, d: floor(
            Fraction(wrapped(p, 32), d) + half
        ),
        "half of 2**shift was subtracted": lambda p, d: floor(Fraction(p, d) - half),
        "1 was added before the shift, not half of 2**shift": lambda p, d: (p + 1) // d,
        "2**shift was added before the shift, not half of it": lambda p, d: (p + d) // d,
        "a quarter of 2**shift was added, not half of it": lambda p, d: (p + d // 4) // d,
    }
    found = {}
    for text, rule in rules.items():
        rounded = each(acc, mantissa, shift, rule, object)
        found[text] = np.clip(rounded + zero_point, qmin, qmax).astype(np.int64)
    right = each(acc, mantissa, shift, lambda p, d: floor(Fraction(p, d) + half), object)
    found["the zero point (零点) was added after the clamp; it comes before"] = np.clip(right, qmin, qmax) + zero_point
    found["the zero point (零点) is missing"] = np.clip(right, qmin, qmax)
    found["the zero point (零点) was subtracted"] = np.clip(right - zero_point, qmin, qmax)
    found["the clamp is missing"] = right + zero_point
    unclamped = [wrapped(v, 32) for v in (right + zero_point).ravel().tolist()]
    found["the value wrapped (溢出回绕) in int32 before the clamp; clamp first, cast last"] = np.clip(
        np.array(unclamped).reshape(acc.shape), qmin, qmax
    )
    if acc.ndim == 2 and acc.shape[0] == acc.shape[1]:
        turned = exact(np.ascontiguousarray(acc.T), mantissa, shift, zero_point, qmin, qmax).T
        found["mantissa and shift were lined up with the rows; the channels are the last axis"] = turned
    return {text: np.array(value.tolist(), np.int64) for text, value in found.items()}


def holds(exercise, acc, mantissa, shift, *, zero_point, qmin, qmax):
    acc = np.asarray(acc, np.int32)
    arguments = (acc, mantissa, shift)
    grid = {"zero_point": zero_point, "qmin": qmin, "qmax": qmax}
    answer = exercise(*arguments, **grid)
    answer.equals(exact(*arguments, **grid), dtype="exact", known=mistakes(*arguments, **grid))


def sums(seed, shape, size=200_000):
    return np.random.default_rng(seed).integers(-size, size, shape).astype(np.int32)


def test_halves_go_up(exercise):
    acc = np.arange(-7, 8).reshape(3, 5)  # times 2**30 * 2**-31: every other value is a half
    holds(exercise, acc, 2**30, 31, zero_point=0, qmin=-128, qmax=127)


def test_quarters(exercise):
    holds(exercise, np.arange(-12, 13), 2**30, 32, zero_point=0, qmin=-128, qmax=127)


def test_one_factor_for_all(exercise):
    holds(exercise, sums(1, (5, 8)), 1_518_500_250, 41, **UINT8)


def test_one_factor_per_channel(exercise):
    mantissa = np.array([2**30, 1_234_567_891, 2**31 - 1, 1_999_999_999])
    holds(exercise, sums(2, (6, 4)), mantissa, np.array([40, 41, 42, 40]), zero_point=-5, qmin=-128, qmax=127)


def test_as_many_rows_as_channels(exercise):
    mantissa, shift = np.array([2**30, 1_900_000_001, 1_100_000_003]), np.array([39, 41, 43])
    holds(exercise, sums(3, (3, 3)), mantissa, shift, zero_point=5, qmin=-900, qmax=900)


def test_factors_and_shifts_of_32_bits(exercise):
    mantissa = np.array([2**30, 1_900_000_001, 1_100_000_003, 2**31 - 1], np.int32)
    shift = np.array([40, 34, 45, 33], np.int32)
    holds(exercise, sums(7, (9, 4)), mantissa, shift, **INT32)


def test_a_vector_for_one_and_a_number_for_the_other(exercise):
    acc = sums(4, (4, 3))
    holds(exercise, acc, np.array([2**30, 2**30 + 12345, 2**31 - 1]), 41, **UINT8)
    holds(exercise, acc, 1_111_111_111, np.array([40, 41, 43]), **UINT8)


def test_three_dimensions_and_one(exercise):
    mantissa, shift = np.array([1_300_000_000, 1_700_000_000]), np.array([40, 39])
    holds(exercise, sums(5, (2, 3, 2)), mantissa, shift, **UINT8)
    holds(exercise, sums(6, (2,)), mantissa, shift, **UINT8)


def test_saturates(exercise):
    acc = np.array([[2**31 - 1, -(2**31), 0, 10**6, -(10**6)]])
    holds(exercise, acc, 2**31 - 1, 31, zero_point=3, qmin=-128, qmax=127)


def test_zero_point_beyond_the_clamp(exercise):
    holds(exercise, [[-300, -260, -130, 0, 20]], 2**30, 30, zero_point=200, qmin=0, qmax=255)


def test_the_sum_may_leave_int32(exercise):
    acc = np.array([[2**31 - 1, -(2**31), 2**30, -(2**30)]])
    holds(exercise, acc, 2**31 - 1, 31, zero_point=2**31 - 1, qmin=-(2**31), qmax=2**31 - 1)
    holds(exercise, acc, 2**31 - 1, 31, zero_point=-(2**31), qmin=-(2**31), qmax=2**31 - 1)
    holds(exercise, acc, 2**31 - 1, 1, **INT32)


@pytest.mark.parametrize("distance", [-1, 0, 1])
def test_products_that_float64_cannot_hold(exercise, distance):
    # acc * mantissa = 2**30 + distance modulo 2**31: at a half, and just beside it, in a product of 60 bits.
    rng = np.random.default_rng(0)
    mantissa = 2 * rng.integers(2**29, 2**30, 40) + 1
    acc = np.array([(2**30 + distance) * pow(int(m), -1, 2**31) % 2**31 for m in mantissa])
    acc = np.where(np.arange(40) % 2, acc, acc - 2**31)  # the same modulo 2**31, below zero
    holds(exercise, acc, mantissa, 31, **INT32)


@pytest.mark.parametrize("shift", [1, 2, 31, 32, 61, 62])
def test_shifts(exercise, shift):
    acc = np.array([[2**31 - 1, -(2**31), 1, -1, 0, 2**30]])
    holds(exercise, acc, 2**31 - 1, shift, **INT32)


def test_small_mantissas(exercise):
    acc = np.array([[0, 5, -5, 2**31 - 1], [1, -1, 3, -(2**31)]])
    holds(exercise, acc, np.array([0, 1, 2, 3]), np.array([1, 1, 2, 62]), **INT32)


def test_a_grid_of_one_code(exercise):
    exercise(np.array([[-9, 4]], np.int32), 2**30, 30, zero_point=0, qmin=5, qmax=5).equals(
        np.array([[5, 5]], np.int32), dtype="exact"
    )


@pytest.mark.parametrize("shift", [0, 63, -1])
def test_refuses_shifts(exercise, shift):
    acc = np.ones((2, 3), np.int32)
    because = "every shift must be in 1 .. 62"
    exercise.raises(ValueError, acc, 2**30, shift, **UINT8, because=because)
    exercise.raises(ValueError, acc, 2**30, np.array([31, shift, 33]), **UINT8, because=because)


def test_refuses_an_empty_grid(exercise):
    acc = np.ones((2, 3), np.int32)
    exercise.raises(ValueError, acc, 2**30, 31, zero_point=0, qmin=1, qmax=0, because="qmin exceeds qmax")
