"""The factor of the inverse Hessian that GPTQ and SparseGPT sweep with.

With H = 2 X^T X / n, made regular by a share of its mean diagonal,

    H' = H / m + damping I,   m = mean of the diagonal (of the inputs that live)
    H'^-1 = U^T U,            U upper triangular

Row j of U, divided by U_jj, says how the weights after j best answer an error at j, given that those before it are
fixed: it is row j of the inverse Hessian of the inputs j, j+1, ..., which elimination would have left there.
H' = R R^T with R upper triangular gives U = R^-1: one Cholesky factor and one triangular solve, no inverse of H.
Dividing by m makes U the same for every scale of H, up to the scale. Source: Frantar et al. 2022, arXiv:2210.17323.
"""

from __future__ import annotations

import numpy as np

__all__ = ["inverse_factor"]


def inverse_factor(hessian: np.ndarray, damping: float) -> tuple[np.ndarray, float]:
    """Upper triangular float64 U (in, in) of a symmetric ``hessian`` (in, in), and the damping it took.

    An input that was never seen (H_jj = 0) is tied to nothing. Where the factor does not exist in floating point,
    damping is raised tenfold (from 1e-4 at the least) up to 1; beyond that H is not positive semi-definite: a
    ``ValueError``.

    >>> upper, used = inverse_factor(np.diag([2.0, 8.0]), 0.0)
    >>> upper.round(4), used  # mean diagonal 5: H' = diag(0.4, 1.6)
    (array([[1.5811, 0.    ],
           [0.    , 0.7906]]), 0.0)
    """
    h = np.array(hessian, np.float64)
    diagonal = np.einsum("jj->j", h)
    dead = diagonal <= 0
    if not dead.all():
        with np.errstate(over="ignore"):  # an entry beyond the diagonal's reach has no factor, and is refused below
            h /= diagonal.max()  # first, so that the mean cannot overflow
            h /= diagonal[~dead].mean()
    diagonal[dead] = 1.0
    inputs = np.arange(len(h))
    while True:
        damped = h.copy()
        damped[inputs, inputs] += damping
        try:
            # Read backwards, the lower factor of H is the upper factor R of H = R R^T.
            r = np.linalg.cholesky(damped[::-1, ::-1])[::-1, ::-1]
            upper = _upper_inverse(r)
            if np.isfinite(upper).all():
                return upper, damping
        except np.linalg.LinAlgError:
            pass
        if damping >= 1.0:
            raise ValueError("hessian must be positive semi-definite: it has no Cholesky factor even at damping 1")
        damping = min(1.0, max(10 * damping, 1e-4))


def _upper_inverse(r: np.ndarray) -> np.ndarray:
    """The inverse of an upper triangular matrix by halves: [[A, B], [0, D]] -> [[A', -A' B D'], [0, D']]."""
    n = len(r)
    if n <= 64:
        return np.triu(np.linalg.solve(r, np.eye(n)))
    half = n // 2
    out = np.zeros_like(r)
    out[:half, :half], out[half:, half:] = _upper_inverse(r[:half, :half]), _upper_inverse(r[half:, half:])
    out[:half, half:] = -out[:half, :half] @ (r[:half, half:] @ out[half:, half:])
    return out
