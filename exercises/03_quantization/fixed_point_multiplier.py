"""A real multiplier as an integer and a shift (定点乘数: 尾数 mantissa 与移位 shift).

Questions: B03 | Difficulty: 2/5 | Minutes: 10 | Points: 15

Integer-only inference (纯整数推理) replaces the real factor M = s_x s_w / s_y by an integer and a right shift:

    m = mantissa * 2**-shift,        2**30 <= mantissa < 2**31

1. ``shift`` is the integer that brings m * 2**shift into [2**30, 2**31); it may be negative, or exceed 31.
2. ``mantissa`` is m * 2**shift rounded to an integer, half to even (四舍六入五成双).
3. Where that rounding gives 2**31 (进位 carry), the pair is 2**30 and a shift smaller by one: it must fit int32.

m : positive float64 array of any shape, one factor per channel (逐通道), between 1e-30 and 1e30.
Return the tuple ``(mantissa, shift)`` of two int64 arrays of the shape of ``m``, both exact; do not change ``m``.
Raise ``ValueError`` where an element of ``m`` is zero, negative, NaN or infinite.
"""

import numpy as np


def fixed_point_multiplier(m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(mantissa, shift)`` with ``m`` = mantissa * 2**-shift to 31 bits."""
    raise NotImplementedError
