"""ISTA: sparse codes by gradient step and soft threshold (稀疏编码, 软阈值迭代).

Questions: B16, H07 | Difficulty: 2/5 | Minutes: 12 | Points: 20

Minimise over x (n,), for a dictionary (字典) A (m, n) and a signal b (m,),

    F(x) = 1/2 ||A x - b||^2 + alpha * ||x||_1

Each step moves against the gradient of the first term and then shrinks towards zero (软阈值), which is what makes
exact zeros:

    v = x - A^T (A x - b) / L,          x <- sign(v) * max(|v| - alpha / L, 0)

L is the Lipschitz constant of the gradient, the largest eigenvalue of A^T A: the square (平方) of the largest singular
value of A, not the singular value itself, and not the Frobenius norm.

Task (任务): return x, float64 (n,), after exactly ``n_iter`` steps from x = 0. (scikit-learn's ``Lasso`` divides the
first term by m: its alpha is m times smaller.) Where A holds only zeros, L is 0: return zeros.

a : float32 or float64 (m, n).  b : float32 or float64 (m,).  Compute in float64; do not change them.
Tolerance (容差): 1e-9 relative, plus 1e-9 times max |A^T b| / L.
Raise ``ValueError`` where ``alpha`` is negative or NaN, or ``n_iter`` is below 1.
"""

import numpy as np


def ista_lasso(a: np.ndarray, b: np.ndarray, *, alpha: float, n_iter: int = 100) -> np.ndarray:
    """Return the code after ``n_iter`` steps of ISTA from zero."""
    raise NotImplementedError
