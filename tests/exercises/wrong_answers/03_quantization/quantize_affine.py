"""Plausible wrong answers to quantize_affine; the first line of each docstring is found in the failure it gets."""

import math

import numpy as np


def _checked(x, scale, zero_point, bits, signed):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    if not 2 <= bits <= 8 or not 0 < scale < math.inf or not low <= zero_point <= high or not np.isfinite(x).all():
        raise ValueError("an argument is out of range")
    return low, high, np.int8 if signed else np.uint8


def no_clamp(x, scale, zero_point, *, bits=8, signed=False):
    """were not clamped \\(截断\\): what does not fit wraps"""
    _, _, dtype = _checked(x, scale, zero_point, bits, signed)
    return (np.rint(x / scale) + zero_point).astype(np.int64).astype(dtype)


def clamp_after_the_cast(x, scale, zero_point, *, bits=8, signed=False):
    """were not clamped
    Solver's mistake.
    """
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip((np.rint(x / scale) + zero_point).astype(int).astype(dtype), low, high)


def clamp_before_the_zero_point(x, scale, zero_point, *, bits=8, signed=False):
    """the clamp came before the zero point"""
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return (np.clip(np.rint(x / scale), low, high) + zero_point).astype(np.int64).astype(dtype)


def signed_means_nothing(x, scale, zero_point, *, bits=8, signed=False):
    """the grid of the other signedness"""
    _, _, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.rint(x / scale) + zero_point, 0, 2**bits - 1).astype(int).astype(dtype)


def two_to_the_bits_codes_above_zero(x, scale, zero_point, *, bits=8, signed=False):
    """the clamp ends one too high"""
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.rint(x / scale) + zero_point, low, high + 1).astype(int).astype(dtype)


def narrow_range(x, scale, zero_point, *, bits=8, signed=False):
    """was left out; this grid has it
    Solver's mistake.
    """
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.rint(x / scale) + zero_point, -high if signed else low, high).astype(dtype)


def always_eight_bits(x, scale, zero_point, *, bits=8, signed=False):
    """the clamp forgot about bits
    Solver's mistake.
    """
    _, _, dtype = _checked(x, scale, zero_point, bits, signed)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(x / scale) + zero_point, limits.min, limits.max).astype(dtype)


def truncated(x, scale, zero_point, *, bits=8, signed=False):
    """truncated, not rounded \\(0\\.3 / 0\\.1 is 2\\.9999999999999996\\)"""
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    steps = [[int(v / scale) for v in row] for row in np.atleast_2d(x)]
    return np.clip(np.array(steps, float).reshape(x.shape) + zero_point, low, high).astype(dtype)


def floor_division(x, scale, zero_point, *, bits=8, signed=False):
    """rounded down \\(floor\\)"""
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip(x.astype(np.float64) // scale + zero_point, low, high).astype(dtype)


def half_up(x, scale, zero_point, *, bits=8, signed=False):
    """half was rounded up"""
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.floor(x / scale + 0.5) + zero_point, low, high).astype(dtype)


def half_away_from_zero(x, scale, zero_point, *, bits=8, signed=False):
    """half was rounded away from zero
    Solver's mistake.
    """
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    steps = np.sign(x) * np.floor(np.abs(x) / scale + 0.5)
    return np.clip(steps + zero_point, low, high).astype(dtype)


def rounds_the_sum(x, scale, zero_point, *, bits=8, signed=False):
    """the zero point was added before rounding
    Solver's mistake.
    """
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.rint(x / scale + zero_point), low, high).astype(dtype)


def subtracts_the_zero_point(x, scale, zero_point, *, bits=8, signed=False):
    """the zero point \\(零点\\) was subtracted
    Solver's mistake.
    """
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.rint(x / scale) - zero_point, low, high).astype(dtype)


def symmetric(x, scale, zero_point, *, bits=8, signed=False):
    """the zero point \\(零点\\) was not added"""
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.rint(x / scale), low, high).astype(dtype)


def multiplies(x, scale, zero_point, *, bits=8, signed=False):
    """multiplied by the scale; a code counts steps"""
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.rint(x * scale) + zero_point, low, high).astype(dtype)


def integer_too_early(x, scale, zero_point, *, bits=8, signed=False):
    """became an integer before it was clamped
    Solver's mistake.
    """
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    steps = np.rint(x / scale)
    steps = np.where(np.abs(steps) < 2**63, steps, -(2**63)).astype(np.int64)  # as x86 casts, on every machine
    return np.clip(steps + zero_point, low, high).astype(dtype)


def float_codes(x, scale, zero_point, *, bits=8, signed=False):
    """expected dtype uint8, returned float32
    Solver's mistake.
    """
    low, high, _ = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.rint(x / scale) + zero_point, low, high).astype(np.float32)


def always_uint8(x, scale, zero_point, *, bits=8, signed=False):
    """expected dtype int8, returned uint8"""
    low, high, _ = _checked(x, scale, zero_point, bits, signed)
    return np.clip(np.rint(x / scale) + zero_point, low, high).astype(np.int8).view(np.uint8)


def fake_quantized(x, scale, zero_point, *, bits=8, signed=False):
    """expected dtype uint8, returned float64
    Solver's mistake.
    """
    low, high, _ = _checked(x, scale, zero_point, bits, signed)
    codes = np.clip(np.rint(x.astype(np.float64) / scale) + zero_point, low, high)
    return (codes - zero_point) * scale


def flattened(x, scale, zero_point, *, bits=8, signed=False):
    """expected shape \\(2, 2\\), returned shape \\(4,\\)"""
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.array([min(max(round(float(v) / scale) + zero_point, low), high) for v in x.flat], dtype)


def works_in_place(x, scale, zero_point, *, bits=8, signed=False):
    """after the call, x is"""
    low, high, dtype = _checked(x, scale, zero_point, bits, signed)
    x /= scale
    return np.clip(np.rint(x) + zero_point, low, high).astype(dtype)


def accepts_anything(x, scale, zero_point, *, bits=8, signed=False):
    """expected ValueError, returned .*the zero point must be a code of the grid"""
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    with np.errstate(all="ignore"):
        return np.clip(np.rint(x / scale) + zero_point, low, high).astype(np.int8 if signed else np.uint8)


def zeros(x, scale, zero_point, *, bits=8, signed=False):
    """expected 1, returned 0"""
    _, _, dtype = _checked(x, scale, zero_point, bits, signed)
    return np.zeros(x.shape, dtype)
