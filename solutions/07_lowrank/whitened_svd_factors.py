"""Reference answer: the activation-aware SVD by whitening."""

import numpy as np


def whitened_svd_factors(
    w: np.ndarray, x: np.ndarray, *, rank: int, damping: float = 1e-6
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(left, right)``, the matrix of ``rank`` whose outputs on ``x`` are closest to those of ``w``."""
    if not 1 <= rank <= min(w.shape) or not damping > 0:
        raise ValueError(f"rank must be in 1 .. {min(w.shape)} and damping above 0; got {rank} and {damping}")

    # Second moment of the inputs, in float64, which makes all that follows float64. The damping is relative, so that
    # inputs in other units give the same answer; it makes C positive definite when some direction was never seen.
    x = x.astype(np.float64)
    c = x.T @ x
    c = c + damping * np.trace(c) / len(c) * np.eye(len(c))

    # C = S S^T with S lower triangular: the columns of W S are weights for inputs that are uncorrelated and of size 1.
    s = np.linalg.cholesky(c)
    u, _, _ = np.linalg.svd(w @ s)

    # Projecting W S onto U_r is projecting W: U_r U_r^T W S S^-1 = U_r (U_r^T W), so no inverse is needed.
    left = u[:, :rank]
    return left, left.T @ w
