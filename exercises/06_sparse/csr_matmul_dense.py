"""A linear layer whose weights are sparse (稀疏权重的全连接层): dense activations times W^T in CSR form.

Questions: B24, M23 | Difficulty: 2/5 | Minutes: 15 | Points: 20

Activations x (..., in) with any number of leading axes (前导维度: none, batch, batch and position ...). Row i of the
pruned weights W (out, in) holds the entries p = indptr[i] .. indptr[i + 1] - 1, with value data[p] at column
indices[p]:

    y[..., i] = bias[i] + sum over p of data[p] * x[..., indices[p]]            (y = x W^T + bias)

Task (任务): return y, float32 (..., out). Without ``bias`` (None) nothing is added.

1. Do not build the dense matrix (不要还原稠密矩阵): a test has a W of 60000 x 60000, which would be 14 GB.
2. Rows without entries (空行) give bias[i], or 0. Columns may be unsorted; one that occurs twice in a row counts
   twice.
3. Products and sums in float64, rounded once to float32 at the end.
   Tolerance (容差): 1e-6 relative, plus 1e-6 times the sum of |data[p] * x[..., indices[p]]| of that output.

data : float32 (nnz,).  indices, indptr : integers, valid.  x : float32 (..., in), at least 1-D.  bias : float32 (out,)
or None. Do not change them.
Raise ``ValueError`` where an index is not in 0 .. in - 1 (``x`` is too narrow), or ``bias`` does not have the shape
(out,).
"""

import numpy as np


def csr_matmul_dense(
    data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray, *, bias: np.ndarray | None = None
) -> np.ndarray:
    """Return the float32 output (..., out) of the sparse layer."""
    raise NotImplementedError
