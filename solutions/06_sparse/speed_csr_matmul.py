"""Reference answer: CSR times dense, four entries of a row in one pass."""

import numba
import numpy as np


@numba.njit(fastmath=True)
def _rows(data, indices, indptr, x, y):
    """Add the product to ``y``, row by row."""
    for i in range(y.shape[0]):
        p = indptr[i]
        # The innermost loop runs over neighbours in memory (columns of x), so it becomes vector instructions. Four
        # entries at a time load and store the row of y once, not four times.
        while p + 4 <= indptr[i + 1]:
            a, b, c, d = data[p], data[p + 1], data[p + 2], data[p + 3]
            j_a, j_b, j_c, j_d = indices[p], indices[p + 1], indices[p + 2], indices[p + 3]
            for j in range(x.shape[1]):
                y[i, j] += a * x[j_a, j] + b * x[j_b, j] + c * x[j_c, j] + d * x[j_d, j]
            p += 4
        for q in range(p, indptr[i + 1]):  # the last ones, three at most
            for j in range(x.shape[1]):
                y[i, j] += data[q] * x[indices[q], j]


def speed_csr_matmul(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the float32 product (rows, k) of the CSR matrix and ``x``."""
    # The loop trusts these three arrays blindly, so everything it trusts is checked here.
    if len(data) != len(indices):
        raise ValueError(f"data and indices must have the same length; got {len(data)} and {len(indices)}")
    if indptr[0] != 0 or indptr[-1] != len(data) or (np.diff(indptr) < 0).any():
        raise ValueError(f"indptr must rise from 0 to {len(data)}")
    if ((indices < 0) | (indices >= len(x))).any():
        raise ValueError(f"indices must be in 0 .. {len(x) - 1}")

    y = np.zeros((len(indptr) - 1, x.shape[1]), np.float32)  # zeros: a row without entries is never written
    _rows(data, indices, indptr, x, y)
    return y
