"""Transpose a CSR matrix by counting (计数排序): O(nnz + columns), no comparison sort, no dense matrix.

Questions: B23, B24 | Difficulty: 3/5 | Minutes: 15 | Points: 30

A product with W^T (the gradient by the inputs, a column's weights) wants the columns of W to be contiguous (连续). The
transpose in CSR form is at the same time the matrix itself in CSC form (压缩稀疏列).

The matrix has m rows and ``columns`` columns; row i owns the entries p = indptr[i] .. indptr[i + 1] - 1, with value
data[p] and column indices[p]. The transpose has ``columns`` rows: row j owns all entries of column j.

Task (任务): return ``(data_t, indices_t, indptr_t)`` of the transpose:

    indptr_t   int64 (columns + 1,), a running sum (前缀和) of the entries of each column, starting at 0
    indices_t  int64 (nnz,), the old row of each entry
    data_t     (nnz,), dtype of ``data``

Stable (稳定): the entries of one column keep the order in which they stood in ``data``. So the old rows rise within
each row of the transpose, even where the columns of the input were unsorted, and of a place stored twice the first
stays first.

data : any float dtype.  indices : integers of any width, signed or not, 0 .. columns - 1.  indptr : integers (m + 1,).
Valid structure; nnz, m (len(indptr) = 1) and ``columns`` may be 0; empty rows and columns occur. Do not change the
inputs. Graded exactly. No error is asked for.
"""

import numpy as np


def csr_transpose(
    data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, *, columns: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(data_t, indices_t, indptr_t)``, the transpose in CSR form."""
    raise NotImplementedError
