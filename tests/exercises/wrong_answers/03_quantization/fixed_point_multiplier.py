"""Plausible wrong answers to fixed_point_multiplier; the first line of each docstring is in the failure it gets."""

import numpy as np


def _checked(m):
    if not np.isfinite(m).all() or (m <= 0).any():
        raise ValueError("m must be positive and finite")
    fraction, exponent = np.frexp(m)
    return fraction, exponent.astype(np.int64)


def no_carry(m):
    """a mantissa of 2\\*\\*31, which int32 cannot hold
    Solver's mistake.
    """
    fraction, exponent = _checked(m)
    return np.rint(fraction * 2**31).astype(np.int64), 31 - exponent


def capped_carry(m):
    """capped at 2\\*\\*31 - 1
    Solver's mistake.
    """
    fraction, exponent = _checked(m)
    return np.minimum(np.rint(fraction * 2**31).astype(np.int64), 2**31 - 1), 31 - exponent


def carry_without_the_shift(m):
    """the shift was not lowered by one"""
    fraction, exponent = _checked(m)
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    return np.where(mantissa == 2**31, 2**30, mantissa), 31 - exponent


def carry_the_wrong_way(m):
    """the shift was raised by one; it goes down"""
    fraction, exponent = _checked(m)
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    carry = mantissa == 2**31
    return np.where(carry, 2**30, mantissa), 31 - exponent + carry


def truncated(m):
    """the mantissa was truncated"""
    fraction, exponent = _checked(m)
    return (fraction * 2**31).astype(np.int64), 31 - exponent


def half_up(m):
    """a half was rounded up
    Solver's mistake.
    """
    fraction, exponent = _checked(m)
    mantissa = np.floor(fraction * 2**31 + 0.5).astype(np.int64)
    carry = mantissa == 2**31
    return np.where(carry, 2**30, mantissa), 31 - exponent - carry


def exponent_as_it_comes(m):
    """the exponent of frexp, not the right shift
    Solver's mistake.
    """
    fraction, exponent = _checked(m)
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    carry = mantissa == 2**31
    return np.where(carry, 2**30, mantissa), exponent + carry


def shift_of_the_fraction(m):
    """it lacks the 31 of the integer mantissa"""
    fraction, exponent = _checked(m)
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    carry = mantissa == 2**31
    return np.where(carry, 2**30, mantissa), -exponent - carry


def left_shift(m):
    """the shift has the opposite sign
    Solver's mistake.
    """
    fraction, exponent = _checked(m)
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    carry = mantissa == 2**31
    return np.where(carry, 2**30, mantissa), exponent + carry - 31


def thirty_bits(m):
    """one more fits int32
    Solver's mistake.
    """
    fraction, exponent = _checked(m)
    return np.rint(fraction * 2**30).astype(np.int64), 30 - exponent


def thirty_two_bits(m):
    """too large for int32"""
    fraction, exponent = _checked(m)
    return np.rint(fraction * 2**32).astype(np.int64), 32 - exponent


def always_shift_31(m):
    """mantissa: .*differ"""
    _checked(m)
    mantissa = np.clip(np.rint(m * 2.0**31), 0, 2**31 - 1).astype(np.int64)
    return mantissa, np.full(m.shape, 31)


def never_a_left_shift(m):
    """shift: .*differ|mantissa: .*differ
    Solver's mistake.
    """
    _checked(m)
    mantissa, shift = np.zeros(m.shape, np.int64), np.zeros(m.shape, np.int64)
    for i, value in np.ndenumerate(m):
        n = 0
        while n < 62 and value * 2.0 ** (n + 1) < 2**31:
            n += 1
        mantissa[i], shift[i] = round(value * 2.0**n), n
    return mantissa, shift


def int32_results(m):
    """mantissa: expected dtype int64, returned int32"""
    fraction, exponent = _checked(m)
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    carry = mantissa == 2**31
    return np.where(carry, 2**30, mantissa).astype(np.int32), (31 - exponent - carry).astype(np.int32)


def floats(m):
    """mantissa: expected dtype int64, returned float64"""
    fraction, exponent = _checked(m)
    return np.rint(fraction * 2**31), 31 - exponent


def one_shift_for_all(m):
    """one shift for all channels|mantissa: .*differ
    Solver's mistake.
    """
    _, exponent = _checked(m)
    shift = 31 - exponent.max()
    return np.rint(m * 2.0**shift).astype(np.int64), np.full(m.shape, shift)


def swapped(m):
    """mantissa and shift are in the wrong order"""
    fraction, exponent = _checked(m)
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    carry = mantissa == 2**31
    return 31 - exponent - carry, np.where(carry, 2**30, mantissa)


def one_number_at_a_time(m):
    """TypeError
    Solver's mistake.
    """
    if not 0 < np.max(m) < np.inf:
        raise ValueError("m")
    value, shift = float(m), 0
    while value < 2**30:
        value, shift = value * 2, shift + 1
    return round(value), shift


def accepts_anything(m):
    """expected ValueError, returned .*positive and finite"""
    fraction, exponent = np.frexp(np.abs(np.nan_to_num(m, posinf=1.0)))
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    carry = mantissa == 2**31
    return np.where(carry, 2**30, mantissa), 31 - exponent.astype(np.int64) - carry
