"""Right answers to csr_transpose in other styles; each must pass."""

import numpy as np


def stable_argsort(data, indices, indptr, *, columns):
    """Sort by column; equal ones stay in order."""
    order = np.argsort(indices, kind="stable")
    rows = np.repeat(np.arange(len(indptr) - 1, dtype=np.int64), np.diff(indptr))
    starts = np.searchsorted(indices[order].astype(np.int64), np.arange(columns + 1)).astype(np.int64)
    return data[order], rows[order], starts


def lists(data, indices, indptr, *, columns):
    """A list of entries for each column."""
    found = [[] for _ in range(columns)]
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            found[int(indices[p])].append((data[p], i))
    flat = [entry for column in found for entry in column]
    starts = np.cumsum([0, *map(len, found)], dtype=np.int64)
    return np.array([v for v, _ in flat], data.dtype), np.array([i for _, i in flat], np.int64), starts
