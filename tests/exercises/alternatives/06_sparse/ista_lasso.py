"""Right answers to ista_lasso in other styles; each must pass."""

import numpy as np


def with_the_gram_matrix(a, b, *, alpha, n_iter=100):
    """A^T A and A^T b once; the threshold as a clip."""
    if n_iter <= 0 or alpha != alpha or alpha < 0:
        raise ValueError("alpha or n_iter")
    a = np.asarray(a, np.float64)
    gram, target = a.T @ a, a.T @ b.astype(np.float64)
    top = np.linalg.eigvalsh(gram)[-1]
    x = np.zeros(len(gram))
    if not a.any():
        return x
    for _ in range(n_iter):
        v = x - (gram @ x - target) / top
        x = v - np.clip(v, -alpha / top, alpha / top)
    return x


def coordinate_loops(a, b, *, alpha, n_iter=100):
    """Python numbers for the threshold."""
    if not (alpha >= 0 and n_iter >= 1):
        raise ValueError("alpha or n_iter")
    a, b = a.astype(float), b.astype(float)
    top = float(np.linalg.svd(a)[1][0]) ** 2
    x = [0.0] * a.shape[1]
    for _ in range(n_iter if top else 0):
        gradient = (a @ np.array(x) - b) @ a
        moved = [u - g / top for u, g in zip(x, gradient.tolist(), strict=True)]
        x = [v - alpha / top if v > alpha / top else v + alpha / top if v < -alpha / top else 0.0 for v in moved]
    return np.array(x)
