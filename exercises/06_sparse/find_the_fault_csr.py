"""Debugging exercise (调试练习): find the one fault in the column pruning of a CSR matrix (CSR 矩阵删列).

Questions: B23, M23 | Difficulty: 2/5 | Minutes: 12 | Points: 20

When a layer loses output neurons, the next layer loses the matching columns (输入列). ``faulty`` should drop from a
CSR matrix the columns j with keep[j] False: their entries go, and the other columns are numbered again from 0, without
holes.

    data, indices    entries of row i at p = indptr[i] .. indptr[i + 1] - 1, columns rising within a row
    new column of j  the number of kept columns before j
    new indptr[i]    the number of kept entries in the rows before i

The report (故障报告): "All tests passed with random matrices. One layer of the pruned model gives garbage: new_indptr
begins 0, 812, ... and even falls. Its first output channels (开头几个输出通道) had been pruned away. Layers with empty
rows elsewhere are fine." Layers without any entry raise IndexError, too.

Task (任务): find the fault (there is exactly one) and write the repaired function as ``find_the_fault_csr``. Changing
one line is enough. Leave ``faulty`` as it is, for comparison.

data : float32 (nnz,).  indices, indptr : int64, valid.  keep : bool (columns,). nnz may be 0. Do not change them.
Return ``(data, indices, indptr)`` of the smaller matrix: float32, int64, int64. Graded exactly.
Raise ``ValueError`` where an index is not below len(keep).
"""

import numpy as np


def faulty(
    data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, keep: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Drop columns of a CSR matrix; something in here is wrong."""
    if (indices >= len(keep)).any():
        raise ValueError(f"an index is not below {len(keep)}")
    kept = keep[indices]
    new_column = np.cumsum(keep) - 1
    ends = np.cumsum(kept)[indptr[1:] - 1]
    new_indptr = np.append(0, ends)
    return data[kept], new_column[indices[kept]], new_indptr


def find_the_fault_csr(
    data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, keep: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(data, indices, indptr)`` of the CSR matrix without the columns that are not kept."""
    raise NotImplementedError
