"""Right answers to gptq_layer in other styles; each must pass."""

import numpy as np


def factor_from_the_back(w, x, *, bits=4, damping=0.01):
    """No inverse of H: the factor of H with its order reversed, inverted as a triangle, reversed back."""
    if bits not in range(2, 9) or not damping > 0 or w.shape[1] != x.shape[-1]:
        raise ValueError("arguments")
    h = np.einsum("si,sj->ij", x, x)
    dead = np.diag(h) == 0
    h[np.diag_indices(len(h))] = np.where(dead, 1, np.diag(h))
    h[np.diag_indices(len(h))] += damping * np.diag(h).mean()
    lower = np.linalg.cholesky(h[::-1, ::-1])
    u = np.linalg.inv(lower)[::-1, ::-1]
    left = np.where(dead, 0, w).astype(float)
    top = 2 ** (bits - 1) - 1
    scale = np.abs(left).max(axis=1) / top
    scale = np.where(scale == 0, 1.0, scale)
    codes = np.empty(w.shape, np.int8)
    for j in range(w.shape[1]):
        column = left[:, j].copy()
        codes[:, j] = np.clip(np.round(column / scale), -top, top)
        left[:, j:] -= (column - codes[:, j] * scale)[:, None] * u[j, j:] / u[j, j]
    return codes, scale


def eliminating_from_the_inverse(w, x, *, bits=4, damping=0.01):
    """The inverse is kept and one input after the other removed from it (Gaussian elimination), row by row of w."""
    if not 2 <= bits <= 8 or damping <= 0 or x.shape[1] != w.shape[1]:
        raise ValueError("arguments")
    h = x.T @ x
    n = len(h)
    dead = [j for j in range(n) if h[j, j] == 0]
    for j in dead:
        h[j, j] = 1
    inverse = np.linalg.inv(h + damping * np.trace(h) / n * np.eye(n))
    left = np.array(w, order="F")
    left[:, dead] = 0
    top = 2 ** (bits - 1) - 1
    scale = np.array([max(map(abs, row)) / top or 1.0 for row in left.tolist()])
    codes = np.zeros(w.shape, np.int8)
    for j in range(n):
        for i in range(len(w)):
            codes[i, j] = max(-top, min(top, round(left[i, j] / scale[i])))
            left[i] -= (left[i, j] - scale[i] * codes[i, j]) / inverse[j, j] * inverse[j]
        inverse = inverse - np.outer(inverse[:, j], inverse[j]) / inverse[j, j]
    return codes, scale
