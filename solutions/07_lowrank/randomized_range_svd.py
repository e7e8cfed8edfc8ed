"""Reference answer: the randomized SVD for a given test matrix."""

import numpy as np


def randomized_range_svd(
    a: np.ndarray, omega: np.ndarray, *, rank: int, n_iter: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return approximately the first ``rank`` singular triples ``(u, s, vt)`` of ``a``."""
    if not 1 <= rank <= omega.shape[1] or n_iter < 0:
        raise ValueError(f"rank must be in 1 .. {omega.shape[1]} and n_iter at least 0; got {rank} and {n_iter}")
    a = a.astype(np.float64)

    # Stage 1: a basis of the sampled range. Each iteration makes the spectrum steeper (s^3, s^5, ...), and each
    # QR makes the columns independent again before the small directions fall below rounding.
    q, _ = np.linalg.qr(a @ omega)
    for _ in range(n_iter):
        q, _ = np.linalg.qr(a.T @ q)
        q, _ = np.linalg.qr(a @ q)

    # Stage 2: the SVD of a small matrix, k x n; Q brings its left vectors back to length m.
    u, s, vt = np.linalg.svd(q.T @ a, full_matrices=False)
    return q @ u[:, :rank], s[:rank], vt[:rank]
