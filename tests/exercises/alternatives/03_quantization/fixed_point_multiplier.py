"""Right answers to fixed_point_multiplier in other styles; each must pass."""

import numpy as np


def loops(m):
    """Doubling and halving, which is exact in binary floats."""
    mantissa, shift = np.empty(m.shape, np.int64), np.empty(m.shape, np.int64)
    for index in np.ndindex(m.shape):
        value, n = float(m[index]), 0
        if not 0 < value < float("inf"):
            raise ValueError("m must be positive and finite")
        while value >= 2.0**31:
            value, n = value / 2, n - 1
        while value < 2.0**30:
            value, n = value * 2, n + 1
        rounded = round(value)
        if rounded == 2**31:
            rounded, n = rounded >> 1, n - 1
        mantissa[index], shift[index] = rounded, n
    return mantissa, shift


def with_ldexp(m):
    """The shift first; the carry seen as a mantissa that is too large."""
    if np.isnan(m).any() or np.min(m) <= 0 or np.max(m) == np.inf:
        raise ValueError("m must be positive and finite")
    shift = 31 - np.frexp(m)[1].astype(np.int64)
    rounded = np.ldexp(m, shift.astype(np.int32)).round().astype(np.int64)
    carry = (rounded >> 31).astype(np.int64)
    return rounded >> carry, shift - carry


def bits_of_the_float(m):
    """Integers only: the exponent and the fraction field of the float64."""
    if not np.isfinite(m).all() or not (m > 0).all():
        raise ValueError("m must be positive and finite")
    raw = np.ascontiguousarray(m).view(np.int64)
    exponent = (raw >> 52) - 1023
    digits = (raw & (2**52 - 1)) | 2**52  # 53 bits; keep the upper 31, so drop 22
    kept, rest = digits >> 22, digits & (2**22 - 1)
    kept = kept + ((rest > 2**21) | ((rest == 2**21) & (kept % 2 == 1)))
    carry = kept >> 31
    return kept >> carry, 30 - exponent - carry
