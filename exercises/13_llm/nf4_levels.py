"""The levels of NormalFloat, NF4 and its relatives (NF4 的 16 个量化电平).

Questions: M10 | Difficulty: 2/5 | Minutes: 12 | Points: 20

Weights of a trained layer are nearly normal (近似正态分布). NormalFloat places its levels at quantiles (分位数) of the
standard normal distribution, so that each level is used about equally often, and keeps one level at exactly 0.
Let Q be the inverse of the normal cumulative distribution function, Q(0.5) = 0, and half = 2**(bits - 1).

1. Positive side (正半轴): ``half`` levels Q(p_i), with p_i = offset + (0.5 - offset) * i / half for i = 0 .. half - 1.
   The probabilities go from ``offset`` down towards 0.5 and stop before they reach it.
2. Negative side (负半轴): one level fewer, -Q(p_i) with p_i = offset + (0.5 - offset) * i / (half - 1) for
   i = 0 .. half - 2.
3. Zero: exactly 0.
4. Sort ascending (升序) and divide by the largest level, so that the ends are -1 and 1.

Task (任务): return these 2**bits levels, float32 of shape (2**bits,). ``statistics.NormalDist().inv_cdf`` and
``scipy.special.ndtri`` both compute Q. With the defaults this is the table that bitsandbytes has built in.

Tolerance (容差): a relative 1e-6; zero must be exact.
Raise ``ValueError`` where ``bits`` is not in 2 .. 8, or where ``offset`` is not strictly between 0.5 and 1.
"""

import numpy as np


def nf4_levels(*, bits: int = 4, offset: float = 0.9677083) -> np.ndarray:
    """Return the 2**bits levels of NormalFloat, ascending, float32."""
    raise NotImplementedError
