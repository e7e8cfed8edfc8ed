"""A bootstrap interval for an accuracy (自助法置信区间), by percentiles.

Questions: M33, M34, H08 | Difficulty: 2/5 | Minutes: 10 | Points: 20

``correct[i]`` says whether example i was answered rightly. Row b of ``resamples`` holds the indices of the b-th
resample (重采样): n examples drawn with replacement (有放回抽样), so an index may come several times or not at all.
The draw is given, therefore the result is the same for everyone.

1. accuracy = the share of right answers among the n examples.
2. One accuracy for each resample.
3. With a = (1 - level) / 2: low is the quantile a of these B accuracies, high the quantile 1 - a (百分位区间). The
   quantile p of the sorted values s[0] <= ... <= s[B - 1] is s at position p * (B - 1), with linear interpolation
   between the two neighbours (线性插值), NumPy's default.

Task (任务): return the tuple ``(accuracy, low, high)`` of floats. Tolerance (容差): 1e-9 absolute.

correct : bool, or integers 0 and 1, of shape (n,).  resamples : integers (B, n), n and B at least 1.  level : 0 <
level < 1. Raise ``ValueError`` where ``level`` is outside (0, 1), where ``resamples`` is not 2-D with n columns, or
where an index is not in 0 .. n - 1 (negative ones must not count from the end).
"""

import numpy as np


def bootstrap_accuracy_interval(
    correct: np.ndarray, resamples: np.ndarray, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Return ``(accuracy, low, high)``."""
    raise NotImplementedError
