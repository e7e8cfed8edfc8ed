"""Right answers to smoothquant_fold in other styles; each must pass."""

import numpy as np


def loops(gamma, beta, w, x_absmax, *, alpha=0.5):
    """One channel at a time."""
    if alpha < 0 or alpha > 1 or min(x_absmax) < 0:
        raise ValueError("alpha or x_absmax")
    gamma, beta, w = gamma.copy(), beta.copy(), w.copy(order="F")
    s = np.ones(len(gamma))
    for j in range(len(gamma)):
        m = max(abs(float(v)) for v in w[:, j])
        if x_absmax[j] != 0 and m != 0:
            s[j] = x_absmax[j] ** alpha * m ** (alpha - 1)
        gamma[j] /= s[j]
        beta[j] /= s[j]
        w[:, j] *= s[j]
    return gamma, beta, w, s


def diagonal_matrices(gamma, beta, w, x_absmax, *, alpha=0.5):
    """The scales as a diagonal matrix, powers through logarithms."""
    if not 0.0 <= alpha <= 1.0 or np.any(x_absmax < 0):
        raise ValueError("alpha or x_absmax")
    m = np.linalg.norm(w, ord=np.inf, axis=0)
    dead = (m == 0) | (x_absmax == 0)
    s = np.exp(alpha * np.log(np.where(dead, 1, x_absmax)) - (1 - alpha) * np.log(np.where(dead, 1, m)))
    inverse = np.diag(1 / s)
    return inverse @ gamma, inverse @ beta, w @ np.diag(s), s
