"""A sparse matrix in CSR form (压缩稀疏行) times a vector (稀疏矩阵乘向量, SpMV).

Questions: B23, M23 | Difficulty: 2/5 | Minutes: 12 | Points: 20

CSR stores the values ``data`` row after row, the column of each in ``indices``, and in ``indptr`` where each row
begins:

    y[i] = sum over p = indptr[i] .. indptr[i + 1] - 1 of  data[p] * x[indices[p]]

Task (任务): return y, float64 (m,), m = len(indptr) - 1.

1. A row without entries (空行) gives 0, wherever it stands: first, in the middle, last, or several in a row.
2. Columns of a row may come in any order, and one column may occur twice: both count.
3. Products and sums in float64. Tolerance (容差): each y[i] to 1e-12 times the sum of |data[p] * x[indices[p]]| over
   its OWN row. A running sum over all entries, subtracted at the row ends, does not reach this: after a row of size
   1e12 the digits of a row of size 1 are gone (大数吃小数).

data : float32 or float64 (nnz,).  indices : integers (nnz,).  indptr : integers (m + 1,), m >= 1.  x : float32 or
float64 (n,). Do not change them. The structure is valid, except for what is checked:
Raise ``ValueError`` where ``indptr`` does not end at nnz = len(data) = len(indices), or an index is not in 0 .. n - 1.
"""

import numpy as np


def csr_matvec(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the float64 product of the CSR matrix and ``x``."""
    raise NotImplementedError
