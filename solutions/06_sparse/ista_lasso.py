"""Reference answer: ISTA for the Lasso."""

import numpy as np


def ista_lasso(a: np.ndarray, b: np.ndarray, *, alpha: float, n_iter: int = 100) -> np.ndarray:
    """Return the code after ``n_iter`` steps of ISTA from zero."""
    if not alpha >= 0 or n_iter < 1:  # "not >=" refuses NaN too
        raise ValueError(f"alpha must be at least 0 and n_iter at least 1; got {alpha} and {n_iter}")
    a = a.astype(np.float64)

    # The curvature of ||A x - b||^2 / 2 is at most the largest eigenvalue of A^T A: the largest singular value squared.
    lipschitz = np.linalg.norm(a, 2) ** 2
    x = np.zeros(a.shape[1])
    if lipschitz == 0:  # nothing depends on x, and the L1 norm is smallest at 0
        return x

    # A gradient step for the smooth term, then the proximal step of the L1 norm: shrink every entry by the same amount,
    # to exactly 0 if it is smaller than that.
    for _ in range(n_iter):
        v = x - a.T @ (a @ x - b) / lipschitz
        x = np.sign(v) * np.maximum(np.abs(v) - alpha / lipschitz, 0)
    return x
