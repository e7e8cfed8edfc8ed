"""Reference answer: the transpose of a CSR matrix by counting."""

import numpy as np


def csr_transpose(
    data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, *, columns: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(data_t, indices_t, indptr_t)``, the transpose in CSR form."""
    # Columns as Python integers: a uint8 column 255 plus 1 would be 0.
    cols = indices.tolist()

    # 1. Count: entries of column j at place j + 1, so that the running sum is the start of each row of the transpose.
    indptr_t = np.zeros(columns + 1, int)
    for j in cols:
        indptr_t[j + 1] += 1
    indptr_t = np.cumsum(indptr_t)

    # 2. Move: each entry to the next free place of its column. The walk in order makes it stable. The free places are a
    # copy, since the starts themselves are part of the result.
    free = indptr_t.tolist()
    data_t = np.empty_like(data)
    indices_t = np.empty(len(cols), np.int64)
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            to = free[cols[p]]
            data_t[to] = data[p]
            indices_t[to] = i
            free[cols[p]] += 1
    return data_t, indices_t, indptr_t
