"""Speed exercise (性能练习): a sparse matrix in CSR form times a dense one (稀疏矩阵乘稠密矩阵, SpMM).

Questions: B23, M23 | Difficulty: 4/5 | Minutes: 30 | Points: 40
Speed: baseline=scipy_csr_matmul | Bronze: 1x | Silver: 1.4x | Gold: 2x

A pruned layer (剪枝后的层) saves time only if skipping its zeros is faster than multiplying by them.
CSR (compressed sparse row 压缩稀疏行) stores the values ``data`` row after row, the column of each in ``indices``,
and in ``indptr`` where each row begins: row i holds the entries indptr[i] up to, not including, indptr[i + 1].

Task (任务): compute y = S @ x,

    y[i, :] = sum over p in indptr[i] .. indptr[i + 1] - 1 of  data[p] * x[indices[p], :]

data : float32 (nnz,).  indices : int32 (nnz,), in any order within a row; a column may occur twice, then both count.
indptr : int32 (rows + 1,), at least one element.  x : float32 (columns, k), C order.  Do not change them.
Return float32 (rows, k); a row without entries is 0.
Tolerance (容差): 1e-5 times the largest value of |S| @ |x|.
Raise ``ValueError`` where ``indptr`` does not start at 0, decreases somewhere or does not end at nnz, where ``data``
and ``indices`` differ in length, or where an index is not in 0 .. columns - 1. (A compiled loop reads past the end of
an array, 越界, and says nothing.)

First right, then fast: write the loop as a function under ``numba.njit`` and call it from yours. The tier (等级) is the
ratio to SciPy's compiled product for 2048 x 2048 weights, 10 % of them stored, and k = 64; it changes no points.
"""

import numba  # noqa: F401  (for your kernel)
import numpy as np


def speed_csr_matmul(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the float32 product (rows, k) of the CSR matrix and ``x``."""
    raise NotImplementedError
