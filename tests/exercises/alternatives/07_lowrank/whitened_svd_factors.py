"""Right answers to whitened_svd_factors in other styles; each must pass."""

import numpy as np


def with_the_inverse(w, x, *, rank, damping=1e-6):
    """As the formula reads: truncate the SVD of W S, then solve with S."""
    if rank < 1 or rank > min(w.shape) or damping != damping or damping <= 0:
        raise ValueError("rank or damping")
    w, x = np.asarray(w, np.float64), np.asarray(x, np.float64)
    c = np.dot(x.T, x)
    c[np.diag_indices(len(c))] += damping * np.diag(c).mean()
    s = np.linalg.cholesky(c)
    u, values, vt = np.linalg.svd(w @ s, full_matrices=False)
    return u[:, :rank], np.linalg.solve(s.T, (values[:rank, None] * vt[:rank]).T).T


def eigenvectors(w, x, *, rank, damping=1e-6):
    """The left singular vectors of W S are the eigenvectors of W C W^T; moments per sample."""
    if rank not in range(1, min(w.shape) + 1) or not damping > 0:
        raise ValueError("rank or damping")
    w = w.astype(float)
    c = sum(np.outer(row, row) for row in x.astype(float)) / len(x)
    c = c + np.eye(len(c)) * (damping * c.trace() / len(c))
    q = np.linalg.eigh(w @ c @ w.T)[1][:, ::-1][:, :rank]
    return np.asfortranarray(-q), -q.T @ w
