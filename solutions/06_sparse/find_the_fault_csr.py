"""Reference answer: the repaired column pruning of a CSR matrix."""

import numpy as np


def find_the_fault_csr(
    data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, keep: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(data, indices, indptr)`` of the CSR matrix without the columns that are not kept."""
    if (indices >= len(keep)).any():
        raise ValueError(f"an index is not below {len(keep)}")
    kept = keep[indices]
    new_column = np.cumsum(keep) - 1

    # The fault: cumsum(kept)[indptr[1:] - 1]. After an empty row at the beginning indptr is still 0, and position -1 is
    # the last element in NumPy: the total, in place of 0. In other places an empty row was harmless, hence the green
    # tests. With a 0 in front, before[p] counts the kept entries before position p, for p = 0 as well.
    before = np.append(0, np.cumsum(kept))
    return data[kept], new_column[indices[kept]], before[indptr]
