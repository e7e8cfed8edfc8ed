"""Scale and zero point of an affine quantizer (仿射量化的 scale 与 zero point 零点).

Questions: B03, G03 | Difficulty: 1/5 | Minutes: 5 | Points: 10

An unsigned ``bits``-bit quantizer maps real numbers to the codes 0 .. 2**bits - 1:

    q = clamp(round(x / scale) + zero_point, 0, 2**bits - 1)        x' = scale * (q - zero_point)

Task (任务): compute its two parameters from the range of ``x`` (per-tensor, 整个张量共用一组参数).

1. Range (取值范围): lo = min(x), hi = max(x), then widened so that it contains 0: a padding of exact zeros
   must survive (零必须能被精确表示).
2. scale = (hi - lo) / (2**bits - 1), a Python float.
3. zero_point = round(-lo / scale), a Python int, clamped to 0 .. 2**bits - 1. Round half to even, as
   ``round`` and ``np.rint`` do (四舍六入五成双).
4. Where every element is 0: scale = 1.0 and zero_point = 0.

x : float16, float32 or float64 of any shape; do not change it.  bits : 2 to 16.
Return the tuple ``(scale, zero_point)``.
Tolerance (容差): scale to a relative 1e-6, zero_point exact.
Raise ``ValueError`` where ``x`` is empty, holds NaN or infinity, or where ``bits`` is not in 2 .. 16.
"""

import numpy as np


def affine_qparams(x: np.ndarray, *, bits: int = 8) -> tuple[float, int]:
    """Return ``(scale, zero_point)`` of the unsigned ``bits``-bit quantizer for ``x``."""
    raise NotImplementedError
