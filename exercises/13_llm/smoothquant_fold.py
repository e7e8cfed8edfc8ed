"""SmoothQuant: move the size of activations into the weights (SmoothQuant 平滑折叠).

Questions: M06, M07 | Difficulty: 2/5 | Minutes: 12 | Points: 20

A layer norm (层归一化) with gain ``gamma`` and shift ``beta`` feeds a linear layer: x = gamma * z + beta, y = w @ x,
with z the normalized input. Some channels j of x are large, which spoils 8-bit activations. SmoothQuant divides
channel j by s[j] and multiplies column j of the weights by it: y stays the same, and nothing is computed at run time,
because the division is folded into the norm (折叠进归一化层).

1. s[j] = x_absmax[j]**alpha / m[j]**(1 - alpha), with m[j] = max_i |w[i, j]|, the largest weight of input j, and
   x_absmax[j] the largest |x[j]| of the calibration (校准).
2. Where x_absmax[j] or m[j] is 0: s[j] = 1.
3. gamma' = gamma / s and beta' = beta / s.  w'[i, j] = w[i, j] * s[j].

Task (任务): return the tuple ``(gamma, beta, w, s)`` after folding, all float64.

gamma, beta, x_absmax : float64 (in,).  w : float64 (out, in).  Do not change them.  alpha : 0 to 1.
Tolerance (容差): a relative 1e-9.
Raise ``ValueError`` where ``alpha`` is not in 0 .. 1, or where ``x_absmax`` holds a negative number.
"""

import numpy as np


def smoothquant_fold(
    gamma: np.ndarray, beta: np.ndarray, w: np.ndarray, x_absmax: np.ndarray, *, alpha: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(gamma, beta, w, s)`` after the smoothing scales ``s`` were folded in."""
    raise NotImplementedError
