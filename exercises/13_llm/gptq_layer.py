"""GPTQ for a whole layer (整层 GPTQ 量化).

Questions: M04, M03 | Difficulty: 4/5 | Minutes: 30 | Points: 45

A linear layer y = w x is quantized so that its outputs change least on calibration inputs (校准输入) ``x``, one sample
a row. The columns of ``w`` are rounded from left to right; the columns to the right make up for each error.

Task (任务): return the tuple ``(codes, scale)``. All arithmetic in float64.

1. H = x.T @ x, of shape (in, in).
2. Dead inputs (死输入): where H[j, j] is 0, set H[j, j] = 1 and the weights w[:, j] = 0 (in a copy).
3. Damping (阻尼): add ``damping`` times the mean of the diagonal of H (the ones of step 2 included) to the diagonal.
4. qmax = 2**(bits - 1) - 1 and scale[i] = max_j |w[i, j]| / qmax, one a row (逐行); 1 where the row is all zeros. The
   scales come from the weights after step 2 and do not change any more.
5. U = the upper triangular Cholesky factor of the inverse of the damped H: inv(H) = U.T @ U.
6. For j = 0, 1, .. in - 1, with w as the steps before have left it:
   codes[:, j] = clamp(round(w[:, j] / scale), -qmax, qmax)
   e = (w[:, j] - scale * codes[:, j]) / U[j, j]
   w[:, k] -= e * U[j, k] for every k > j

No quotient that is rounded lies near a tie.
w : float64 (out, in).  x : float64 (samples, in).  Do not change them.  bits : 2 to 8.  damping : above 0.
``codes`` : int8 (out, in), exact.  ``scale`` : float64 (out,), to a relative 1e-9.
Raise ``ValueError`` where ``bits`` is not in 2 .. 8, ``damping`` is not above 0, or x and w differ in their number of
inputs.
"""

import numpy as np


def gptq_layer(w: np.ndarray, x: np.ndarray, *, bits: int = 4, damping: float = 0.01) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(codes, scale)`` of the layer ``w``, quantized by GPTQ on the inputs ``x``."""
    raise NotImplementedError
