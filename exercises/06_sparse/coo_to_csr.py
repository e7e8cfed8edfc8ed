"""From coordinates (坐标格式 COO) to compressed sparse rows (压缩稀疏行 CSR).

Questions: B23, B16 | Difficulty: 2/5 | Minutes: 15 | Points: 20

COO lists entries in any order: value ``values[t]`` at row ``rows[t]``, column ``cols[t]``. The same place may occur
several times; its values are to be added (重复项求和). CSR stores the entries row after row:

    data     values (nnz,), in each row by rising column (行内列号递增), no place twice
    indices  the column of each value
    indptr   (m + 1,) row i owns data[indptr[i] : indptr[i + 1]];  indptr[0] = 0, indptr[m] = nnz

Task (任务): return the tuple ``(data, indices, indptr)`` of the m x n matrix with ``shape`` = (m, n).

1. Rows without entries (空行), at the beginning, in the middle and at the end, have indptr[i] = indptr[i + 1].
2. Add duplicates in float64 and round once to the dtype of ``values``. A sum of exactly 0, and a value of 0, stay
   stored entries (显式零): removing them is a step of its own.
3. data has the dtype of ``values``; indices and indptr are int64.

rows, cols : integer arrays (t,).  values : float32 or float64 (t,).  t may be 0. Do not change them. ``shape`` may be
far too large for a dense matrix (no m x n array, no m * n flags). The data are graded exactly; the sums are exact in
float64.
Raise ``ValueError`` where the three arrays differ in length, or an index is not in 0 .. m - 1 or 0 .. n - 1 (negative
indices do not count from the end here).
"""

import numpy as np


def coo_to_csr(
    rows: np.ndarray, cols: np.ndarray, values: np.ndarray, *, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(data, indices, indptr)`` of the matrix that the coordinates describe."""
    raise NotImplementedError
