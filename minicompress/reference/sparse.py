"""Products with a matrix in compressed sparse row (CSR) form.

    dense        data     5 8 3 6
    5 0 0 8      indices  0 3 1 2     column of each kept value
    0 3 0 0      indptr   0 2 3 3 4   row i owns data[indptr[i]:indptr[i + 1]]
    0 0 0 0
    0 0 6 0

Work and bytes grow with the number of kept values, not with rows x columns.
"""

from __future__ import annotations

import numpy as np

__all__ = ["csr_from_dense", "csr_matmul", "csr_to_dense"]


def csr_from_dense(w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values float32 (nnz,), columns int32 (nnz,) and row starts int64 (rows + 1,) of the entries that are not 0.

    >>> csr_from_dense(np.array([[5, 0, 8], [0, 0, 0]], np.float32))
    (array([5., 8.], dtype=float32), array([0, 2], dtype=int32), array([0, 2, 2]))
    """
    rows, columns = np.nonzero(w)
    indptr = np.zeros(w.shape[0] + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=w.shape[0]), out=indptr[1:])
    return w[rows, columns], columns.astype(np.int32), indptr


def csr_to_dense(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, columns: int) -> np.ndarray:
    """The float32 matrix (rows, columns) of a CSR triple.

    >>> csr_to_dense(np.float32([5, 8]), np.array([0, 2]), np.array([0, 2, 2]), 3)
    array([[5., 0., 8.],
           [0., 0., 0.]], dtype=float32)
    """
    rows = indptr.shape[0] - 1
    w = np.zeros((rows, columns), np.float32)
    w[np.repeat(np.arange(rows), np.diff(indptr)), indices] = data
    return w


def csr_matmul(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """y = W x for float32 ``x`` (columns, k): y_i = sum over the row's kept values of w_ij x_j.

    >>> csr_matmul(np.float32([5, 8]), np.array([0, 2]), np.array([0, 2, 2]), np.float32([[1], [2], [3]]))
    array([[29.],
           [ 0.]], dtype=float32)
    """
    rows = indptr.shape[0] - 1
    y = np.zeros((rows, x.shape[1]), np.float32)
    for i in range(rows):
        start, stop = indptr[i], indptr[i + 1]
        y[i] = data[start:stop] @ x[indices[start:stop]]
    return y
