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

__all__ = [
    "bsr_matmul",
    "csr_from_dense",
    "csr_matmul",
    "csr_multiply",
    "csr_to_dense",
    "csr_transpose",
    "nm_blocks",
    "nm_matmul",
]

Triple = tuple[np.ndarray, np.ndarray, np.ndarray]


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


def csr_transpose(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, columns: int) -> Triple:
    """The CSR triple of W^T; read as columns, the triple of W is the CSC form of W^T, and the other way round.

    >>> csr_transpose(np.float32([5, 8]), np.array([0, 2]), np.array([0, 2, 2]), 3)
    (array([5., 8.], dtype=float32), array([0, 0], dtype=int32), array([0, 1, 1, 2]))
    """
    rows = np.repeat(np.arange(indptr.shape[0] - 1, dtype=np.int32), np.diff(indptr))
    order = np.argsort(indices, kind="stable")  # within a column, rows stay in order
    starts = np.zeros(columns + 1, np.int64)
    np.cumsum(np.bincount(indices, minlength=columns), out=starts[1:])
    return data[order], rows[order], starts


def csr_multiply(
    data: np.ndarray,
    indices: np.ndarray,
    indptr: np.ndarray,
    other_data: np.ndarray,
    other_indices: np.ndarray,
    other_indptr: np.ndarray,
    columns: int,
) -> Triple:
    """The CSR triple of A B, row by row: row i of A B is the sum of the rows of B that row i of A names.

    Rows add up in a dense row, float64 (columns,), which is emptied where it was touched. A sum that cancels to 0
    stays an entry. Source: Gustavson 1978, "Two fast algorithms for sparse matrices".

    >>> eye = (np.float32([1, 1]), np.array([0, 1]), np.array([0, 1, 2]))
    >>> csr_multiply(*eye, np.float32([5, 8]), np.array([0, 2]), np.array([0, 2, 2]), 3)
    (array([5., 8.], dtype=float32), array([0, 2], dtype=int32), array([0, 2, 2]))
    """
    total = np.zeros(columns)
    values, places, starts = [], [], [0]
    for i in range(indptr.shape[0] - 1):
        touched = []
        for p in range(indptr[i], indptr[i + 1]):
            run = slice(other_indptr[indices[p]], other_indptr[indices[p] + 1])
            total[other_indices[run]] += np.float64(data[p]) * other_data[run]
            touched.append(other_indices[run])
        row = np.unique(np.concatenate(touched)) if touched else np.empty(0, np.int32)
        values.append(total[row])
        places.append(row)
        starts.append(starts[-1] + row.size)
        total[row] = 0
    joined = np.concatenate([np.empty(0), *values]), np.concatenate([np.empty(0, np.int32), *places])
    with np.errstate(over="ignore"):  # the caller refuses what is not finite
        return joined[0].astype(np.float32), joined[1].astype(np.int32), np.array(starts, np.int64)


def bsr_matmul(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """y = W x for blocks ``data`` float32 (kept, rows, columns) and float32 ``x`` (in, k).

    ``indices`` holds the block column of each block, ``indptr`` the first block of each block row: a block row is one
    dense product of its blocks, side by side, with the rows of x that they meet.

    >>> bsr_matmul(np.float32([[[1, 2], [3, 4]]]), np.array([1]), np.array([0, 1]), np.float32([[9], [9], [1], [1]]))
    array([[3.],
           [7.]], dtype=float32)
    """
    rows, columns = data.shape[1:]
    strips = x.reshape(-1, columns, x.shape[1])
    y = np.zeros(((indptr.shape[0] - 1) * rows, x.shape[1]), np.float32)
    for i in range(indptr.shape[0] - 1):
        run = slice(indptr[i], indptr[i + 1])
        width = (indptr[i + 1] - indptr[i]) * columns  # all the block row's columns, 0 where it keeps none
        side_by_side = data[run].transpose(1, 0, 2).reshape(rows, width)
        y[i * rows : (i + 1) * rows] = side_by_side @ strips[indices[run]].reshape(width, x.shape[1])
    return y


def nm_blocks(data: np.ndarray, places: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Lay N:M values out by blocks of about 64 inputs, whole groups of ``m``, the values of all rows together.

    ``data`` float32 and ``places`` uint8 below ``m``, both (rows, groups, n). Returns values float32 and their column
    within the block, uint8, both (blocks, rows, groups of a block * n); the last block is filled up with zeros.

    >>> nm_blocks(np.float32([[[5], [8]]]), np.uint8([[[1], [0]]]), 2)[1][0, 0, :2]  # columns 1 and 2 + 0
    array([1, 2], dtype=uint8)
    """
    rows, groups, n = data.shape
    together = max(1, 64 // m)
    blocks = -(-groups // together)
    filled = ((0, 0), (0, blocks * together - groups), (0, 0))
    columns = np.arange(together)[:, None] * m + np.pad(places, filled).reshape(rows, blocks, together, n)
    values = np.pad(data, filled).reshape(rows, blocks, together * n).transpose(1, 0, 2)
    columns = columns.reshape(rows, blocks, together * n).transpose(1, 0, 2)
    return np.ascontiguousarray(values), np.ascontiguousarray(columns, np.uint8)


def nm_matmul(data: np.ndarray, offsets: np.ndarray, n: int, m: int, x: np.ndarray) -> np.ndarray:
    """y = W x for values ``data`` and columns ``offsets`` from :func:`nm_blocks` and float32 ``x`` (in, k).

    >>> values, offsets = nm_blocks(np.float32([[[5], [8]]]), np.uint8([[[1], [0]]]), 2)
    >>> nm_matmul(values, offsets, 1, 2, np.float32([[9], [1], [2], [9]]))  # 5 * 1 + 8 * 2
    array([[21.]], dtype=float32)
    """
    blocks, rows, kept = data.shape
    y = np.zeros((rows, x.shape[1]), np.float32)
    inputs = kept // n * m
    for b in range(blocks):
        here = x[b * inputs : (b + 1) * inputs]
        filled = len(here) // m * n  # what follows in the last block only fills it up
        w = np.zeros((rows, len(here)), np.float32)
        np.put_along_axis(w, offsets[b, :, :filled].astype(np.int64), data[b, :, :filled], axis=1)
        y += w @ here
    return y
