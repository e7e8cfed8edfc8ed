"""Reference answer: the gradient of the values of a codebook."""

import numpy as np


def shared_centroid_gradient(gradient: np.ndarray, codes: np.ndarray, *, k: int) -> np.ndarray:
    """Return dL/dc of the ``k`` values of the codebook, float64 (k,)."""
    if gradient.shape != codes.shape or k < 1:
        raise ValueError("gradient and codes must have one shape, k must be at least 1")
    if (codes >= k).any():  # a negative code is refused by bincount itself
        raise ValueError(f"codes must be in 0 .. {k - 1}")

    # dL/dc[m] = sum over (i, j) of dL/dw[i, j] * dw[i, j]/dc[m], and the last factor is 1 where the code is m, else 0.
    # bincount adds in float64; ravel reads both arrays row by row, however they lie in memory.
    total = np.bincount(codes.ravel(), weights=gradient.ravel(), minlength=k)

    # Code 0 is no parameter but a hole: with a gradient of its own, the optimizer would fill all holes at once.
    total[0] = 0.0
    return total
