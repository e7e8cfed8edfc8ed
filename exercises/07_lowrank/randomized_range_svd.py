"""Randomized SVD (随机化 SVD): let the matrix show its main directions, then factorize a small one.

Questions: G06, B25 | Difficulty: 3/5 | Minutes: 20 | Points: 30

For a large matrix A (m, n) of which only the first singular triples are wanted. The caller draws the Gaussian test
matrix (高斯测试矩阵) ``omega`` (n, k), so the result is deterministic; k is ``rank`` plus some oversampling (过采样).

    Q = orth(A omega)                                      (m, k)
    n_iter times:   Z = orth(A^T Q),   Q = orth(A Z)       power iterations (幂迭代)
    B = Q^T A (k, n),   B = U' diag(s) V^T,   U = Q U'

orth(Y) is any orthonormal basis of the span of the columns (列空间的正交基), for example Q of the QR factorization.
Take it after every single product: without it, all columns turn towards the first direction and the small ones drown
in rounding (this is tested).

Task (任务): return the tuple ``(u, s, vt)``: the first ``rank`` triples, float64 of shapes (m, rank), (rank,), (rank,
n), s falling, with orthonormal columns in ``u`` and orthonormal rows in ``vt``. All k columns of omega take part; cut
to ``rank`` at the very end. The sign of a triple is free: the grader looks at s, u^T u, vt vt^T and (u * s) @ vt.

a : float32 or float64 (m, n).  omega : float32 or float64 (n, k), k <= min(m, n).  Do not change them. Compute in
float64. The same formula with an exact basis has one answer; tolerance (容差) 1e-9 times s[0], absolute.
Raise ``ValueError`` where ``rank`` is not in 1 .. k or ``n_iter`` is negative.
"""

import numpy as np


def randomized_range_svd(
    a: np.ndarray, omega: np.ndarray, *, rank: int, n_iter: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return approximately the first ``rank`` singular triples ``(u, s, vt)`` of ``a``."""
    raise NotImplementedError
