"""Reference answer: a real multiplier as an integer and a shift."""

import numpy as np


def fixed_point_multiplier(m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(mantissa, shift)`` with ``m`` = mantissa * 2**-shift to 31 bits."""
    if not (np.isfinite(m).all() and (m > 0).all()):
        raise ValueError("m must be positive and finite")

    # frexp reads the exponent out of the float, exactly: m = fraction * 2**exponent, fraction in [0.5, 1).
    # log2 would be rounded, and may name the wrong power of two beside an exact one.
    fraction, exponent = np.frexp(m)

    # fraction * 2**31 lies in [2**30, 2**31): all 31 bits below the sign bit of an int32 are used.
    mantissa = np.rint(fraction * 2**31).astype(np.int64)
    shift = 31 - exponent.astype(np.int64)

    # A fraction just below 1 rounds up to 2**31, which an int32 cannot hold: halve it, shift one less.
    carry = mantissa == 2**31
    return np.where(carry, 2**30, mantissa), shift - carry
