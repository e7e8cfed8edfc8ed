"""Did the accuracy really fall? A paired interval and McNemar's exact test (成对差异的置信区间与 McNemar 检验).

Questions: M33, M34, K10 | Difficulty: 3/5 | Minutes: 15 | Points: 25

Two models answered the same n examples. ``base[i]`` and ``candidate[i]`` say whether each was right on example i.

1. d_i = candidate_i - base_i, one of -1, 0, 1. difference = mean(d).
2. The interval is difference -+ z * s / sqrt(n), with s the standard deviation of the d_i with n - 1 in the
   denominator (样本标准差). low first, then high. Not cut off at -1 or 1.
3. McNemar's exact test: let b be the examples that only base got right, c those that only the candidate got right
   (不一致的样本对). If neither is better, each of these b + c examples falls on either side with probability 1/2. The
   two-sided p value (双侧) is

       p = min(1, 2 * sum over k = 0 .. min(b, c) of C(b + c, k) / 2**(b + c))            p = 1 where b + c = 0

Task (任务): return the tuple ``(difference, low, high, p_value)`` of floats.
Tolerance (容差): 1e-9 relative plus 1e-12. n is at most 5000; b + c may be over 2000 (2.0**2000 overflows: mind the
order of the division, whole numbers of Python do not overflow).

base, candidate : bool (n,); do not change them.  z : above 0.
Raise ``ValueError`` where the two are not 1-D of one length, n < 2, or ``z`` is not above 0.
"""

import numpy as np


def paired_difference_interval(
    base: np.ndarray, candidate: np.ndarray, *, z: float = 1.96
) -> tuple[float, float, float, float]:
    """Return ``(difference, low, high, p_value)``."""
    raise NotImplementedError
