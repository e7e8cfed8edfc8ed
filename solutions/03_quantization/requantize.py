"""Reference answer: from int32 accumulators to codes, with integers only."""

import numpy as np


def requantize(
    acc: np.ndarray,
    mantissa: int | np.ndarray,
    shift: int | np.ndarray,
    *,
    zero_point: int,
    qmin: int,
    qmax: int,
) -> np.ndarray:
    """Return ``acc * mantissa * 2**-shift``, rounded half up, moved by ``zero_point`` and clamped."""
    right = np.asarray(shift)
    if (right < 1).any() or (right > 62).any():
        raise ValueError(f"shift must be in 1 .. 62; got {shift}")
    if qmin > qmax:
        raise ValueError(f"qmin must not exceed qmax; got {qmin} and {qmax}")

    # 64 bits before the product: |acc| <= 2**31 and mantissa < 2**31, so it needs 62 bits and a sign.
    # A vector of channels lines up with the last axis of acc by itself.
    product = acc.astype(np.int64) * mantissa

    # >> is floor(v / 2**shift), also below zero. Adding half of 2**shift first makes it floor(v + 1/2).
    # The sum stays below 2**62 + 2**61, inside int64. The 1 is an int64, because 1 << 40 in int32 would be lost.
    half = np.int64(1) << (right - 1)
    rounded = (product + half) >> right

    # The zero point belongs to the grid, so it comes before the clamp; the cast comes last.
    return np.clip(rounded + zero_point, qmin, qmax).astype(np.int32)
