"""Asymmetric quantization in groups of inputs (分组非对称量化), as 4-bit language models store their weights.

Questions: B18, B03 | Difficulty: 3/5 | Minutes: 15 | Points: 25

Each row of a weight ``w`` (out_features, in_features) is cut into runs of ``group_size`` neighbouring inputs: group g
of row i is w[i, g * group_size : (g + 1) * group_size]. Every group has a scale (缩放因子) and a zero point (零点) of
its own. With lo and hi the smallest and the largest value of the group, widened to contain 0 (lo <= 0 <= hi):

    scale = (hi - lo) / (2**bits - 1)
    zero_point = clamp(round(-lo / scale), 0, 2**bits - 1)
    code = clamp(round(w / scale) + zero_point, 0, 2**bits - 1)             w' = scale * (code - zero_point)

Task (任务): return the tuple ``(codes, scale, zero_point)`` with groups = in_features / group_size.

1. codes : uint8 (out_features, in_features), in the order of ``w``, one code per byte (not packed 不打包).
2. scale : float32 (out_features, groups), to a relative 1e-6; codes and zero points are exact.
3. zero_point : uint8 (out_features, groups).
4. A group of zeros (全零组): scale 1.0, zero point 0, codes 0.

``round`` is half to even, as ``np.rint`` (四舍六入五成双). No quotient lies near a half, save where it is exactly one
and the scale is exactly 1: compute in float32 or in float64. Clamp (截断) before the cast.

w : float32 or float64; do not change it.  bits : 2 to 8.
Raise ``ValueError`` where ``w`` is not 2-D, has no element, or holds NaN or infinity, where ``bits`` is not in 2 .. 8,
or where ``group_size`` is below 1 or does not divide in_features (不能整除).
"""

import numpy as np


def group_quantize(w: np.ndarray, *, bits: int = 4, group_size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(codes, scale, zero_point)`` of the rows of ``w``, quantized group by group."""
    raise NotImplementedError
