"""The clipping threshold of least squared error (均方误差最小的截断阈值).

Questions: G03 | Difficulty: 2/5 | Minutes: 12 | Points: 20

A symmetric ``bits``-bit quantizer with clipping threshold t (截断阈值) has the integer codes -qmax .. qmax:

    qmax = 2**(bits - 1) - 1        step = t / qmax
    q = clamp(round(x / step), -qmax, qmax)        x' = step * q

A small t clips the large values (clipping error 截断误差), a large t rounds all of them coarsely (rounding error
舍入误差).

Task (任务): among ``candidates``, return the t with the least mean squared error, mean((x - x')**2) over all elements
of ``x``. The candidates come in any order. Where two errors are exactly equal, return the larger t. Compute in float64.

x : floats of any shape.  bits : 2 to 8.  candidates : 1-D array of positive floats.
Return one Python or NumPy float, equal to one of the candidates (exact, no tolerance); do not change the arguments.
Apart from exact ties, the two least errors in a test differ by more than 0.1 %.
Raise ``ValueError`` where ``x`` or ``candidates`` is empty or holds NaN or infinity, where a candidate is not
positive, or where ``bits`` is not in 2 .. 8.
"""

import numpy as np


def mse_clip(x: np.ndarray, *, bits: int, candidates: np.ndarray) -> float:
    """Return the threshold among ``candidates`` that quantizes ``x`` with the least mean squared error."""
    raise NotImplementedError
