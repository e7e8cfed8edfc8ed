"""Right answers to omp_recover in other styles; each must pass."""

import numpy as np


def normal_equations(d, y, *, n_nonzero):
    """Atom by atom in Python; the fit by the normal equations."""
    if n_nonzero < 1 or n_nonzero > min(d.shape):
        raise ValueError("n_nonzero")
    d, y = np.asarray(d, np.float64), np.asarray(y, np.float64)
    support, residual, x = [], y.copy(), np.zeros(d.shape[1])
    for _ in range(n_nonzero):
        best, most = None, 1e-10 * float(y @ y) ** 0.5
        for j in range(d.shape[1]):
            length = float(d[:, j] @ d[:, j]) ** 0.5
            score = abs(float(residual @ d[:, j])) / length if length and j not in support else 0.0
            if score > most:
                best, most = j, score
        if best is None:
            break
        support.append(best)
        s = d[:, support]
        c = np.linalg.solve(s.T @ s, s.T @ y)
        residual = y - s @ c
        x[support] = c
    return x


def gram_schmidt(d, y, *, n_nonzero):
    """Keep an orthonormal basis of the chosen atoms; solve the triangle at the end."""
    if n_nonzero not in range(1, min(d.shape) + 1):
        raise ValueError("n_nonzero")
    d, y = d.astype(float), y.astype(float)
    norms = np.sqrt((d**2).sum(axis=0))
    norms[norms == 0] = np.inf
    chosen, residual = [], y
    while len(chosen) < n_nonzero:
        scores = np.abs(d.T @ residual) / norms
        scores[chosen] = 0
        if scores.max() <= 1e-10 * np.linalg.norm(y):
            break
        chosen.append(int(scores.argmax()))
        q = np.linalg.qr(d[:, chosen])[0]
        residual = y - q @ (q.T @ y)
    x = np.zeros(d.shape[1])
    if chosen:
        q, r = np.linalg.qr(d[:, chosen])
        x[chosen] = np.linalg.solve(r, q.T @ y)
    return x
