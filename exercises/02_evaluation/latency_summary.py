"""Summary of a latency measurement (延迟统计): two models timed in turns.

Questions: M34, M32, K16 | Difficulty: 2/5 | Minutes: 10 | Points: 20

The two models were called in turns (交替测量): base, candidate, base, candidate, ... ``base[i]`` and ``candidate[i]``
are the seconds of turn i. So whatever disturbed the machine in turn i disturbed both.

Task (任务): return the tuple ``(median_base, median_candidate, p95_candidate, speed_up)`` of floats.

1. Leave the first ``warm_up`` turns out (预热), from both lists. n turns remain.
2. median (中位数): the middle value of the n sorted ones; for even n the mean of the two in the middle.
3. p95_candidate: the 95th percentile by nearest rank (最近序位法): the smallest value of the candidate such that at
   least 95 % of its n values are less than or equal to it. In other words the r-th smallest (r counted from 1) with
   r = ceil(0.95 * n), computed in whole numbers. No interpolation (不插值).
4. speed_up (加速比): the median of the n ratios base[i] / candidate[i], rule as in 2. Not the ratio of the medians.

base, candidate : float32 or float64 (turns,), seconds; do not change them.  Compute in float64.
Tolerance (容差): 1e-9 relative.
Raise ``ValueError`` where the two are not 1-D of one length, hold a value that is NaN, infinite or not above 0 (the
warm-up included), where ``warm_up`` is negative, or where no turn remains.
"""

import numpy as np


def latency_summary(base: np.ndarray, candidate: np.ndarray, *, warm_up: int = 2) -> tuple[float, float, float, float]:
    """Return ``(median_base, median_candidate, p95_candidate, speed_up)``."""
    raise NotImplementedError
