"""Debugging exercise (调试练习): find the one fault in the scales of SmoothQuant (平滑缩放因子).

Questions: M06, H09 | Difficulty: 2/5 | Minutes: 8 | Points: 15

Activations have a few input channels (输入通道) with huge values. SmoothQuant moves part of that range into the
weights: input j is divided by s[j], and column j of ``w`` is multiplied by it, so that the product stays what it was.

    s[j] = max(x_max[j], 1e-5) ** alpha / max(w_max[j], 1e-5) ** (1 - alpha),   w_max[j] = max over i of |w[i, j]|

``w`` (out, in) has one row per output; x_max[j] is the largest |x[:, j]| that calibration (校准) saw.
``faulty`` below should return ``(w * s, s)``.

The report (故障报告): "On our square attention projections the float output is unchanged, as it must be, but the 8-bit
error hardly falls. On the feed-forward layer, which is not square, the same code raises."

Task (任务): find the fault (there is exactly one) and write the repaired function as ``find_the_fault_smoothing``.
Changing one line is enough. Leave ``faulty`` as it is, for comparison.

w : float64 (out, in).  x_max : float64 (in,), not negative.  alpha : 0 to 1.  Do not change the arguments.
Return the tuple ``(smoothed, s)``, float64 (out, in) and (in,). Tolerance (容差): 1e-9 relative.
"""

import numpy as np


def faulty(w: np.ndarray, x_max: np.ndarray, *, alpha: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Return the smoothed weights and the scales; something in here is wrong."""
    w_max = np.abs(w).max(axis=1)
    s = np.maximum(x_max, 1e-5) ** alpha / np.maximum(w_max, 1e-5) ** (1 - alpha)
    return w * s, s


def find_the_fault_smoothing(w: np.ndarray, x_max: np.ndarray, *, alpha: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(w * s, s)`` with the scales of SmoothQuant."""
    raise NotImplementedError
