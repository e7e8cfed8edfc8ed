"""PowerSGD (arXiv:1905.13727): one round of low-rank gradient compression (低秩梯度压缩) over several workers.

Questions: K22, B25, G10 | Difficulty: 4/5 | Minutes: 25 | Points: 40

W workers (工作节点) each hold a gradient G_w (n, m) and a residual E_w (n, m) of the round before. They share a matrix
Q (m, r) from the round before, with r small. Only the two means, of shapes (n, r) and (m, r), travel (all-reduce);
mean: over the workers.

1. M_w = G_w + E_w                                            what each worker wants to send (误差反馈)
2. P = mean of M_w Q                                          (n, r), first all-reduce
3. P_hat = the Q factor of the QR decomposition of P          orthonormal columns (正交化), the same on all workers
   It is unique once the diagonal of R is made positive (R 对角线为正): turn the signs of columns where needed.
4. Q_new = mean of M_w^T P_hat                                (m, r), second all-reduce
5. update = P_hat Q_new^T                                     (n, m), what every worker applies
6. E_new_w = M_w - update                                     with the common update, not with the worker's own

Task (任务): return the tuple ``(update, q_new, residuals)``: float64 of shapes (n, m), (m, r) and (W, n, m).

gradients, residuals : float64 (W, n, m), finite.  q : float64 (m, r), 1 <= r <= min(n, m). P has full rank (列满秩) and
is well conditioned. Change none. LAPACK leaves the signs of R open: ``np.linalg.qr`` may give negative ones.
Tolerance (容差): relative 1e-8, absolute 1e-8.
Raise ``ValueError`` where ``gradients`` is not 3-D, ``residuals`` has another shape, or ``q`` is not 2-D with m rows
and r in 1 .. min(n, m).
"""

import numpy as np


def power_sgd_round(
    gradients: np.ndarray, residuals: np.ndarray, q: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(update, q_new, residuals)`` of one round of PowerSGD."""
    raise NotImplementedError
