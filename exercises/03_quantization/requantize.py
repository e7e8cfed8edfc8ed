"""From int32 accumulators to codes, with integers only (重量化: 定点乘法与舍入).

Questions: B03 | Difficulty: 3/5 | Minutes: 15 | Points: 25

An integer layer brings its sums onto the output grid by a fixed-point multiplier (定点乘数) and a zero point (零点):

    y = clamp( R(acc * mantissa * 2**-shift) + zero_point, qmin, qmax )

R rounds to the nearest integer, and a half up, towards plus infinity (四舍五入, 半数向上): R(2.5) = 3, R(-2.5) = -2.
That is R(v) = floor(v + 1/2). There is one rounding, of the exact product; use integers only: a product has up to 62
bits, more than a float64 can hold (53).

acc : int32, shape (..., channels).  mantissa, shift : one integer each, or an array (channels,) each, one per output
channel (逐通道); NumPy integers of 32 or 64 bits, or Python integers. 0 <= mantissa < 2**31, 1 <= shift <= 62.
zero_point, qmin, qmax : integers that fit int32; before the clamp the value may lie outside int32.
Return an int32 array of the shape of ``acc``, exact; do not change the arguments.
Raise ``ValueError`` where a shift is not in 1 .. 62 or where qmin > qmax.
"""

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
    raise NotImplementedError
