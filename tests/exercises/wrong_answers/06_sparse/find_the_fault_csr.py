"""Wrong repairs of the column pruning; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _start(indices, keep):
    if (indices >= len(keep)).any():
        raise ValueError("index")
    return keep[indices], np.cumsum(keep) - 1


def unrepaired(data, indices, indptr, keep):
    """the fault is still there"""
    kept, new = _start(indices, keep)
    if not len(kept):
        return data, indices, indptr.copy()
    return data[kept], new[indices[kept]], np.append(0, np.cumsum(kept)[indptr[1:] - 1])


def first_row_only(data, indices, indptr, keep):
    """only the first row was mended
    Solver's mistake.
    """
    kept, new = _start(indices, keep)
    if not len(kept):
        return data, indices, indptr.copy()
    ends = np.cumsum(kept)[indptr[1:] - 1]
    if indptr[1] == 0:
        ends[0] = 0
    return data[kept], new[indices[kept]], np.append(0, ends)


def clamped_position(data, indices, indptr, keep):
    """position -1 became position 0
    Solver's mistake.
    """
    kept, new = _start(indices, keep)
    if not len(kept):
        return data, indices, indptr.copy()
    return data[kept], new[indices[kept]], np.append(0, np.cumsum(kept)[np.maximum(indptr[1:] - 1, 0)])


def one_too_far(data, indices, indptr, keep):
    """one entry too far
    Solver's mistake.
    """
    kept, new = _start(indices, keep)
    if not len(kept):
        return data, indices, indptr.copy()
    return data[kept], new[indices[kept]], np.append(0, np.cumsum(kept)[np.minimum(indptr[1:], len(kept) - 1)])


def empty_rows_removed(data, indices, indptr, keep):
    """the empty rows \\(空行\\) were taken out
    Solver's mistake.
    """
    kept, new = _start(indices, keep)
    if not len(kept):
        return data, indices, indptr.copy()
    full = indptr[1:][np.diff(indptr) > 0]
    return data[kept], new[indices[kept]], np.append(0, np.cumsum(kept)[full - 1])


def counted_without_minlength(data, indices, indptr, keep):
    """the rows at the end that hold nothing any more
    Solver's mistake.
    """
    kept, new = _start(indices, keep)
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    return data[kept], new[indices[kept]], np.append(0, np.cumsum(np.bincount(row[kept])))


def old_columns(data, indices, indptr, keep):
    """were not numbered again"""
    kept, _ = _start(indices, keep)
    return data[kept], indices[kept], np.append(0, np.cumsum(kept))[indptr]


def old_indptr(data, indices, indptr, keep):
    """indptr was not recounted"""
    kept, new = _start(indices, keep)
    return data[kept], new[indices[kept]], indptr.copy()


def no_entries_forgotten(data, indices, indptr, keep):
    """IndexError
    Solver's mistake.
    """
    kept, new = _start(indices, keep)
    ends = np.where(indptr[1:] > 0, np.cumsum(kept)[indptr[1:] - 1], 0)
    return data[kept], new[indices[kept]], np.append(0, ends)


def lost_the_check(data, indices, indptr, keep):
    """an index must be below len\\(keep\\)"""
    keep = np.append(keep, np.zeros(max(0, int(indices.max(initial=0)) + 1 - len(keep)), bool))
    kept, new = _start(indices, keep)
    return data[kept], new[indices[kept]], np.append(0, np.cumsum(kept))[indptr]
