"""Right answers to svd_truncate_factors in other styles; each must pass."""

import numpy as np


def component_by_component(w, *, rank):
    """Columns of the full SVD, one at a time; here V is not transposed."""
    if w.ndim != 2 or rank not in range(1, min(w.shape) + 1):
        raise ValueError("rank")
    u, s, vt = np.linalg.svd(np.asarray(w, np.float64))
    left, right = np.empty((len(w), rank)), np.empty((rank, w.shape[1]), order="F")
    for k in range(rank):
        left[:, k] = s[k] ** 0.5 * u[:, k]
        right[k] = s[k] ** 0.5 * vt.T[:, k]
    return left, right


def other_signs(w, *, rank):
    """Each component turned round on both sides, and diagonal matrices in place of broadcasting."""
    if w.ndim != 2 or not 0 < rank <= min(w.shape):
        raise ValueError("rank")
    u, s, vt = np.linalg.svd(w.astype(float), full_matrices=False)
    root = -np.diag(s[:rank] ** 0.5)
    return u[:, :rank] @ root, root @ vt[:rank]


def by_the_transpose(w, *, rank):
    """The factors of W^T are those of W, exchanged."""
    if w.ndim != 2 or not 0 < rank <= min(w.shape):
        raise ValueError("rank")
    u, s, vt = np.linalg.svd(w.astype(float).T, full_matrices=False)
    return vt[:rank].T * np.sqrt(s[:rank]), (u[:, :rank] * np.sqrt(s[:rank])).T
