"""Low rank for the inputs that come: the activation-aware SVD (激活感知的 SVD, SVD-LLM).

Questions: B19, B26 | Difficulty: 3/5 | Minutes: 20 | Points: 30

The plain SVD minimises the error of the weights. What counts is the error of the layer's output on real inputs: with
calibration inputs (校准数据) x, one in each row, minimise

    sum over the rows x_t of || W x_t - W' x_t ||^2        over all W' of rank r.

With the second moment (二阶矩)  C = X^T X + damping * mean(diag(X^T X)) * I = S S^T, S lower triangular (Cholesky
分解), this is ||(W - W') S||_F^2, up to the damping (阻尼). So whiten (白化), take the SVD, and map back:

    W S = U diag(s) V^T,     W' = U_r diag(s_r) V_r^T S^-1 = U_r (U_r^T W)

(Dividing C by the number of samples would change nothing; subtracting the mean would: these are raw moments.)

Task (任务): return the tuple ``(left, right)`` with left @ right = W':  left = U_r (out, rank), orthonormal columns;
right = U_r^T W (rank, in); float64. Signs, and any rotation between the two factors, are free: the grader looks at
left^T left = I and at left @ right.

w : float32 or float64 (out, in).  x : float32 or float64 (samples, in), not all 0.  Do not change them. Compute in
float64. Tolerance (容差): 1e-9 times the largest |w|, absolute.
Raise ``ValueError`` where ``rank`` is not in 1 .. min(out, in) or ``damping`` is not above 0. With fewer samples than
inputs X^T X is singular (奇异): the damping alone makes the factorization possible.
"""

import numpy as np


def whitened_svd_factors(
    w: np.ndarray, x: np.ndarray, *, rank: int, damping: float = 1e-6
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(left, right)``, the matrix of ``rank`` whose outputs on ``x`` are closest to those of ``w``."""
    raise NotImplementedError
