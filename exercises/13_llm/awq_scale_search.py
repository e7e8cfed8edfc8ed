"""AWQ: search how strongly the salient inputs are scaled before rounding (AWQ 缩放搜索).

Questions: M03, M05 | Difficulty: 4/5 | Minutes: 22 | Points: 40

Weights of inputs with large activations matter most (显著通道). AWQ multiplies such columns by s[j] > 1 before rounding
and divides by s[j] afterwards; how strongly is searched on calibration inputs (校准输入) ``x``, one sample a row.

1. a[j] = mean over the samples of |x[:, j]|, at least 1e-4.
2. For each candidate alpha = i / steps, i = 0, 1, .. steps (both ends included):
   s = a**alpha, then divided by sqrt(max(s) * min(s)), which centres the scales around 1.
3. w_hat = Q(w * s) / s, where Q rounds each row symmetrically (逐行对称量化): qmax = 2**(bits - 1) - 1,
   step[i] = max_j |w[i, j] * s[j]| / qmax, Q(v)[i, j] = step[i] * clamp(round(v[i, j] / step[i]), -qmax, qmax);
   a row of zeros stays zero.
4. loss = the sum of squares of x @ (w - w_hat).T, the error of the outputs (输出误差), not of the weights.

Task (任务): return the tuple ``(alpha, s, loss)`` of the candidate with the smallest loss. Where several losses are
equal, the smallest alpha wins.

w : float64 (out, in).  x : float64 (samples, in).  Do not change them.  bits : 2 to 8.  steps : at least 1.
``alpha`` : float, to 1e-9.  ``s`` : float64 (in,), to a relative 1e-9.  ``loss`` : float, to a relative 1e-6.
Raise ``ValueError`` where ``bits`` is not in 2 .. 8 or ``steps`` is below 1.
"""

import numpy as np


def awq_scale_search(
    w: np.ndarray, x: np.ndarray, *, bits: int = 4, steps: int = 20
) -> tuple[float, np.ndarray, float]:
    """Return ``(alpha, s, loss)`` of the best scales for the layer ``w`` on the inputs ``x``."""
    raise NotImplementedError
