"""Entropy calibration: clip where the quantized histogram says most about the real one (熵校准，KL 散度).

Questions: K15, H04 | Difficulty: 4/5 | Minutes: 25 | Points: 40

``counts`` is the histogram (直方图) of |x| with bins of equal ``width``, bin i from i * width to (i + 1) * width. For
each number of kept bins k = levels, levels + 1, .. len(counts), the candidate threshold (截断阈值) k * width is judged:

1. P[i] for i < k: counts[i], with all counts beyond, sum(counts[k:]), added to the last one, P[k - 1]; then divided by
   the sum of P, which is the total of all counts.
2. Quantizing: bin i < k falls into the cell (单元) i * levels // k. So the k bins make ``levels`` cells.
3. Q[i] for i < k: the counts of bin i's cell, **without** the counts beyond, shared evenly by those bins of the cell
   where P > 0 (平均分给 P 非零的格); 0 where P is 0. Then divided by sum(counts[:k]).
4. KL(P || Q) = sum of P[i] * ln(P[i] / Q[i]) over the bins with P[i] > 0. It is infinite where Q[i] is 0 for one of
   them, or where sum(counts[:k]) is 0.

Task (任务): return the tuple ``(threshold, divergence)`` of the candidate with the smallest divergence; where several
are equal (to 1e-13), the smallest threshold wins.

counts : int64, 1-D; do not change it.  width : float, positive.  levels : at least 1.
Tolerance (容差): the threshold to a relative 1e-9, the divergence to a relative 1e-7 and an absolute 1e-12.
Raise ``ValueError`` where there are fewer bins than levels, ``levels`` is below 1, a count is negative, or all are 0.
"""

import numpy as np


def entropy_calibration(counts: np.ndarray, *, width: float, levels: int = 128) -> tuple[float, float]:
    """Return ``(threshold, divergence)`` of the best clipping threshold."""
    raise NotImplementedError
