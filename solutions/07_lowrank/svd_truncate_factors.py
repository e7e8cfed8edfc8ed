"""Reference answer: the truncated SVD as two balanced factors."""

import numpy as np


def svd_truncate_factors(w: np.ndarray, *, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(left, right)`` with ``left @ right`` the closest matrix of ``rank`` to ``w``."""
    if w.ndim != 2 or not 1 <= rank <= min(w.shape):
        raise ValueError(f"rank must be in 1 .. min(m, n) of a matrix; got rank {rank} for shape {w.shape}")

    # The thin SVD: of a (m, n) matrix no more than min(m, n) components exist. NumPy sorts s, largest first.
    u, s, vt = np.linalg.svd(w.astype(np.float64), full_matrices=False)

    # Component k is s[k] times (column k of u) times (row k of vt). Half of s[k], as a factor, goes to either side.
    root = np.sqrt(s[:rank])
    return u[:, :rank] * root, root[:, None] * vt[:rank]
