"""Plausible wrong answers to fp8_e4m3_cast; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _values():
    return np.array([2.0**-6 * m / 8 if e == 0 else 2.0 ** (e - 7) * (1 + m / 8) for e in range(16) for m in range(8)])


def _checked(x):
    if np.isnan(x).any():
        raise ValueError("NaN")
    return np.clip(x.astype(np.float64), -1e6, 1e6)


def _cast(x, rounding=np.rint, lowest=-6, bits=3, largest=448.0):
    x = _checked(x)
    step = 2.0 ** (np.maximum(np.frexp(x)[1] - 1, lowest) - bits)
    return np.clip(rounding(x / step) * step, -largest, largest).astype(np.float32)


def first_of_the_table(x):
    """a tie goes to the smaller magnitude
    Solver's mistake.
    """
    x = _checked(x)
    table = _values()[:127]
    return (np.sign(x) * table[np.abs(np.abs(x)[..., None] - table).argmin(-1)]).astype(np.float32)


def half_away_from_zero(x):
    """half away from zero
    Solver's mistake.
    """
    return _cast(x, rounding=lambda v: np.sign(v) * np.floor(np.abs(v) + 0.5))


def half_up(x):
    """floor\\(v \\+ 0\\.5\\)"""
    return _cast(x, rounding=lambda v: np.floor(v + 0.5))


def truncated(x):
    """the mantissa was truncated
    Solver's mistake.
    """
    return _cast(x, rounding=np.trunc)


def flushes_subnormals(x):
    """the subnormal numbers \\(非规格化数\\) are missing
    Solver's mistake.
    """
    y = _cast(x)
    return np.where(np.abs(x) < 2.0**-6, 0, y).astype(np.float32)


def no_lowest_exponent(x):
    """all have the step 2\\*\\*-9"""
    return _cast(x, lowest=-100)


def saturates_at_240(x):
    """the values saturate at 240
    Solver's mistake.
    """
    return _cast(x, largest=240.0)


def saturates_at_480(x):
    """that code means NaN"""
    return _cast(x, largest=480.0)


def does_not_saturate(x):
    """the values do not saturate"""
    return _cast(x, largest=1e9)


def e5m2(x):
    """that is E5M2"""
    return _cast(x, lowest=-14, bits=2, largest=57344.0)


def four_bits(x):
    """four bits of mantissa were kept"""
    return _cast(x, bits=4)


def bias_of_8(x):
    """the smallest exponent is -7"""
    return _cast(x, lowest=-7)


def through_single_precision(x):
    """the detour through float32
    Solver's mistake.
    """
    with np.errstate(over="ignore"):
        return _cast(x.astype(np.float32))


def through_half_precision(x):
    """the detour through float16
    Solver's mistake.
    """
    with np.errstate(over="ignore"):
        return _cast(x.astype(np.float16))


def keeps_double_precision(x):
    """expected dtype float32, returned float64"""
    return _cast(x).astype(np.float64)


def lets_nan_pass(x):
    """x holds a NaN, which is not nearest to anything
    Solver's mistake.
    """
    return _cast(np.nan_to_num(x, posinf=1e6, neginf=-1e6))
