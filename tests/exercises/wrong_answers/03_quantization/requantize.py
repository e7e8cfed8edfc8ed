"""Plausible wrong answers to requantize; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(mantissa, shift, qmin, qmax):
    n = np.asarray(shift, np.int64)
    if n.min() < 1 or n.max() > 62 or qmin > qmax:
        raise ValueError("shift or grid")
    return np.asarray(mantissa, np.int64), n


def float_product(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """53 bits
    Solver's mistake.
    """
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = np.floor(acc * (m / 2.0**n) + 0.5)
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def float_product_rounded_last(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """the product was rounded to the 53 bits of a float64
    Solver's mistake.
    """
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = np.floor(acc.astype(np.float64) * m / 2.0**n + 0.5)
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def rint_of_floats(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """np.rint in float64|a half was rounded to even
    Solver's mistake.
    """
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = np.rint(acc.astype(np.float64) * m / 2.0**n)
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def away_from_zero(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """a half was rounded away from zero"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    product = acc.astype(np.int64) * m
    size = (np.abs(product) + (np.int64(1) << (n - 1))) >> n
    return np.clip(np.sign(product) * size + zero_point, qmin, qmax).astype(np.int32)


def half_to_even(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """a half was rounded to even
    Solver's mistake.
    """
    m, n = _checked(mantissa, shift, qmin, qmax)
    product = acc.astype(np.int64) * m
    floor = product >> n
    rest, half = product - (floor << n), np.int64(1) << (n - 1)
    y = floor + ((rest > half) | ((rest == half) & (floor % 2 == 1)))
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def plain_shift(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """a plain shift is floor"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    return np.clip(((acc.astype(np.int64) * m) >> n) + zero_point, qmin, qmax).astype(np.int32)


def towards_zero(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """the quotient was cut towards zero
    Solver's mistake.
    """
    m, n = _checked(mantissa, shift, qmin, qmax)
    product = acc.astype(np.int64) * m
    y = np.sign(product) * (np.abs(product) >> n)
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def two_roundings(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """two roundings
    Solver's mistake.
    """
    m, n = _checked(mantissa, shift, qmin, qmax)
    product = acc.astype(np.int64) * m
    high = (product + (1 << 30)) >> 31
    rest = np.maximum(n - 31, 0)
    twice = (high + np.where(rest > 0, np.int64(1) << np.maximum(rest - 1, 0), 0)) >> rest
    y = np.where(n < 31, (product + (np.int64(1) << (n - 1))) >> n, twice)
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def product_in_int32(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """the product wrapped \\(溢出回绕\\) in int32
    Solver's mistake.
    """
    m, n = _checked(mantissa, shift, qmin, qmax)
    product = (acc * m.astype(np.int32)).astype(np.int64)
    y = (product + (np.int64(1) << (n - 1))) >> n
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def zero_point_after_the_clamp(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """the zero point \\(零点\\) was added after the clamp"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = (acc.astype(np.int64) * m + (np.int64(1) << (n - 1))) >> n
    return (np.clip(y, qmin, qmax) + zero_point).astype(np.int32)


def zero_point_forgotten(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """the zero point \\(零点\\) is missing"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = (acc.astype(np.int64) * m + (np.int64(1) << (n - 1))) >> n
    return np.clip(y, qmin, qmax).astype(np.int32)


def clamp_forgotten(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """the clamp is missing"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = (acc.astype(np.int64) * m + (np.int64(1) << (n - 1))) >> n
    return (y + zero_point).astype(np.int32)


def narrow_before_the_clamp(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """clamp first, cast last"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = (acc.astype(np.int64) * m + (np.int64(1) << (n - 1))) >> n
    return np.clip((y + zero_point).astype(np.int32), qmin, qmax)


def whole_step_added(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """not half of it"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    product = acc.astype(np.int64) * m
    y = (product >> n) + 1
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def channels_on_the_rows(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """lined up with the rows
    Solver's mistake.
    """
    m, n = _checked(mantissa, shift, qmin, qmax)
    if acc.ndim == 2 and acc.shape[0] == acc.shape[1]:
        m, n = m.reshape(-1, 1), n.reshape(-1, 1)
    y = (acc.astype(np.int64) * m + (np.int64(1) << (n - 1))) >> n
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def scalars_only(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """TypeError|ValueError
    Solver's mistake.
    """
    if not 1 <= shift <= 62 or qmin > qmax:
        raise ValueError("shift or grid")
    y = (acc.astype(np.int64) * int(mantissa) + (1 << (int(shift) - 1))) >> int(shift)
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def int64_codes(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """expected dtype int32, returned int64"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = (acc.astype(np.int64) * m + (np.int64(1) << (n - 1))) >> n
    return np.clip(y + zero_point, qmin, qmax)


def shifts_checked_by_the_first(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """every shift must be in 1 \\.\\. 62"""
    n = np.asarray(shift, np.int64)
    if not 1 <= n.ravel()[0] <= 62 or qmin > qmax:
        raise ValueError("shift or grid")
    safe = np.clip(n, 1, 62)
    y = (acc.astype(np.int64) * np.asarray(mantissa, np.int64) + (np.int64(1) << (safe - 1))) >> safe
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def half_subtracted(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """half of 2\\*\\*shift was subtracted"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = (acc.astype(np.int64) * m - (np.int64(1) << (n - 1))) >> n
    return np.clip(y + zero_point, qmin, qmax).astype(np.int32)


def changes_acc(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """after the call, acc is"""
    m, n = _checked(mantissa, shift, qmin, qmax)
    y = (acc.astype(np.int64) * m + (np.int64(1) << (n - 1))) >> n
    acc[...] = np.clip(y + zero_point, qmin, qmax)
    return acc
