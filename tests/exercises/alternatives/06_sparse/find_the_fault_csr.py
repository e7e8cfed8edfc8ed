"""Right repairs of the column pruning in other styles; each must pass."""

import numpy as np


def count_by_row(data, indices, indptr, keep):
    """Count the kept entries of every row."""
    if indices.size and indices.max() >= len(keep):
        raise ValueError("index")
    kept = keep[indices]
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    counts = np.bincount(row[kept], minlength=len(indptr) - 1)
    return data[kept], (np.cumsum(keep) - 1)[indices[kept]], np.append(0, np.cumsum(counts)).astype(np.int64)


def zero_where_nothing_came_before(data, indices, indptr, keep):
    """Mend the lookup itself."""
    if any(j >= len(keep) for j in indices.tolist()):
        raise ValueError("index")
    kept = keep[indices]
    total = np.append(np.cumsum(kept), 0)  # position -1 now is the 0
    return data[kept], (np.cumsum(keep) - 1)[indices[kept]], np.append(0, total[indptr[1:] - 1])


def loops(data, indices, indptr, keep):
    """Row by row."""
    if (indices >= keep.size).any():
        raise ValueError("index")
    new, values, columns, starts = np.cumsum(keep) - 1, [], [], [0]
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            if keep[indices[p]]:
                values.append(data[p])
                columns.append(new[indices[p]])
        starts.append(len(values))
    return np.array(values, np.float32), np.array(columns, np.int64), np.array(starts, np.int64)
