"""Reference answer: coordinates to compressed sparse rows."""

import numpy as np


def coo_to_csr(
    rows: np.ndarray, cols: np.ndarray, values: np.ndarray, *, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(data, indices, indptr)`` of the matrix that the coordinates describe."""
    if not len(rows) == len(cols) == len(values):
        raise ValueError(f"rows, cols and values differ in length: {len(rows)}, {len(cols)}, {len(values)}")
    for index, size in ((rows, shape[0]), (cols, shape[1])):
        if ((index < 0) | (index >= size)).any():  # NumPy would read -1 as the last row
            raise ValueError(f"an index is not in 0 .. {size - 1}")

    # By row, then by column: duplicates become neighbours. The last key of lexsort is the first to count.
    order = np.lexsort((cols, rows))
    r, c = rows[order], cols[order]

    # An entry begins a new place where row or column differs from its neighbour's. No row * n + column, which could
    # wrap in a narrow integer type.
    first = np.ones(len(r), bool)
    first[1:] = (r[1:] != r[:-1]) | (c[1:] != c[:-1])

    # The running count of beginnings numbers the places; add.at adds duplicates, where data[place] += v would not.
    data = np.zeros(first.sum())
    np.add.at(data, np.cumsum(first) - 1, values[order])

    # Count the places of every row, empty ones too, and add up; a uint8 row 255 plus 1 would be 0.
    indptr = np.zeros(shape[0] + 1, int)
    np.add.at(indptr, r[first].astype(int) + 1, 1)
    return data.astype(values.dtype), c[first].astype(np.int64), np.cumsum(indptr)
