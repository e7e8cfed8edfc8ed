"""Right answers to randomized_range_svd in other styles; each must pass."""

import numpy as np


def eigenvectors_of_the_gram_matrix(a, omega, *, rank, n_iter=0):
    """B B^T is only k x k; its eigenvectors are U'."""
    if rank < 1 or rank > omega.shape[1] or n_iter < 0:
        raise ValueError("rank or n_iter")
    a = np.asarray(a, np.float64)
    q = np.linalg.qr(a @ omega)[0]
    for _ in range(n_iter):
        q = np.linalg.qr(a @ np.linalg.qr(a.T @ q)[0])[0]
    b = q.T @ a
    values, vectors = np.linalg.eigh(b @ b.T)
    order = np.argsort(values)[::-1][:rank]
    s = np.sqrt(values[order])
    return q @ vectors[:, order], s, (vectors[:, order].T @ b) / s[:, None]


def basis_by_svd(a, omega, *, rank, n_iter=0):
    """Any orthonormal basis will do: here left singular vectors, and the SVD of the projected matrix itself."""
    if rank not in range(1, omega.shape[1] + 1) or n_iter <= -1:
        raise ValueError("rank or n_iter")
    a = a.astype(float)

    def orth(y):
        return np.linalg.svd(y, full_matrices=False)[0]

    q = orth(a @ omega)
    for _ in range(2 * n_iter):
        a = a.T
        q = orth(a @ q)
    u, s, vt = np.linalg.svd(q @ (q.T @ a))
    return -u[:, :rank], s[:rank], -vt[:rank]
