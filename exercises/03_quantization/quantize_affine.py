"""Integer codes of an affine quantizer (仿射量化：把实数映射成整数 code).

Questions: G04, G03 | Difficulty: 1/5 | Minutes: 6 | Points: 10

Scale and zero point (缩放因子与零点) are given; turn the real numbers ``x`` into integer codes:

    q = clamp(round(x / scale) + zero_point, qmin, qmax)

The grid (整数网格) is  qmin, qmax = 0, 2**bits - 1                       where ``signed`` is False (dtype uint8),
                        qmin, qmax = -2**(bits - 1), 2**(bits - 1) - 1    where ``signed`` is True  (dtype int8).

Task (任务): return the codes, an array of the shape of ``x``, of dtype uint8 or int8 as above for every ``bits``.

1. Round half to even, as ``np.rint`` does (四舍六入五成双): 0.5 -> 0, 1.5 -> 2, -0.5 -> 0. Round first, then add the
   zero point. No quotient lies so near a half that float32 and float64 would differ: take either.
2. Clamp (截断) before the cast: the codes saturate (饱和), they never wrap around (回绕), however large ``x`` is.

x : float32 or float64 of any shape, also with no element; do not change it.  scale : a Python float above 0.
zero_point : a Python int.  bits : 2 to 8.  The comparison is exact.
Raise ``ValueError`` where ``x`` holds NaN or infinity, where ``scale`` is not a finite number above 0, where
``bits`` is not in 2 .. 8, or where ``zero_point`` is not in qmin .. qmax.

By hand (手算): [[0.1, 0.2], [0.3, 0.4]] with scale 0.1 and zero point 0 gives [[1, 2], [3, 4]].
"""

import numpy as np


def quantize_affine(x: np.ndarray, scale: float, zero_point: int, *, bits: int = 8, signed: bool = False) -> np.ndarray:
    """Return the codes clamp(round(x / scale) + zero_point), uint8 or (``signed``) int8."""
    raise NotImplementedError
