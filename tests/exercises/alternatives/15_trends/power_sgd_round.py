"""Right answers to power_sgd_round in other styles; each must pass."""

import numpy as np


def gram_schmidt(gradients, residuals, q):
    """Modified Gram-Schmidt, twice, which has a positive diagonal by itself; worker by worker."""
    if np.ndim(gradients) != 3 or np.ndim(q) != 2 or np.shape(residuals) != np.shape(gradients):
        raise ValueError("shapes")
    workers, n, m = gradients.shape
    if q.shape[0] != m or not 1 <= q.shape[1] <= min(n, m):
        raise ValueError("q")
    wanted = [g + e for g, e in zip(gradients, residuals, strict=True)]
    p = sum(x @ q for x in wanted) / workers
    basis = p.copy()
    for _ in range(2):
        for i in range(basis.shape[1]):
            for j in range(i):
                basis[:, i] -= (basis[:, j] @ basis[:, i]) * basis[:, j]
            basis[:, i] /= np.sqrt(basis[:, i] @ basis[:, i])
    q_new = sum(x.T @ basis for x in wanted) / workers
    update = basis @ q_new.T
    return update, q_new, np.array([x - update for x in wanted])


def by_cholesky(gradients, residuals, q):
    """P^T P = R^T R with a positive diagonal; the mean first, einsum for the products."""
    if gradients.ndim != 3 or residuals.shape != gradients.shape or q.ndim != 2:
        raise ValueError("shapes")
    if q.shape[0] != gradients.shape[2] or q.shape[1] == 0 or q.shape[1] > min(gradients.shape[1], gradients.shape[2]):
        raise ValueError("q")
    wanted = gradients + residuals
    mean = np.einsum("wij->ij", wanted) / len(wanted)
    p = mean @ q
    for _ in range(2):  # the second pass removes what the squared condition number has spoiled
        lower = np.linalg.cholesky(p.T @ p)
        p = np.linalg.solve(lower, p.T).T
    q_new = np.einsum("ij,ir->jr", mean, p)
    update = np.einsum("ir,jr->ij", p, q_new)
    return update, q_new, wanted - update
