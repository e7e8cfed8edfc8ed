"""Two thin layers from one: the truncated SVD (截断奇异值分解) as two balanced factors.

Questions: B25, G06 | Difficulty: 1/5 | Minutes: 8 | Points: 10

A layer W (m, n) becomes two layers in a row, W x ~ left (right x), with ``rank`` (秩) numbers between them. With the
singular value decomposition W = U diag(s) V^T, s[0] >= s[1] >= ..., the closest matrix of rank r in the Frobenius norm
is the sum of the first r components s[k] u_k v_k^T (Eckart and Young).

Task (任务): return the tuple ``(left, right)``,

    left[:, k]  = sqrt(s[k]) * u_k      (m, rank)
    right[k, :] = sqrt(s[k]) * v_k      (rank, n)                     k = 0 .. rank - 1, largest first

Balanced (均衡): both factors carry the same share of every component, so that neither is hard to quantize. Hence
left^T left = right right^T = diag(s[0], ..., s[rank - 1]). The sign of a component (column k of ``left`` together with
row k of ``right``) is free: the grader looks at left @ right, left^T left and right right^T.

w : float16, float32 or float64 (m, n); do not change it. NumPy's SVD refuses float16: compute in float64.
Return float64 in any case. Tolerance (容差): 1e-9 times s[0], absolute.
Raise ``ValueError`` where ``w`` is not 2-D or ``rank`` is not in 1 .. min(m, n).
"""

import numpy as np


def svd_truncate_factors(w: np.ndarray, *, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(left, right)`` with ``left @ right`` the closest matrix of ``rank`` to ``w``."""
    raise NotImplementedError
