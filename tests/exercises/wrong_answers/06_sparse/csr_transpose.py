"""Plausible wrong answers to csr_transpose; the first line of each docstring is found in its failure."""

import numpy as np


def _rows(indptr):
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)).astype(np.int64)


def _starts(indices, columns):
    counts = np.bincount(indices.astype(np.int64), minlength=columns)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def unstable(data, indices, indptr, *, columns):
    """the sort was not stable
    Solver's mistake.
    """
    order = np.argsort(indices, kind="heapsort")
    return data[order], _rows(indptr)[order], _starts(indices, columns)


def backwards(data, indices, indptr, *, columns):
    """come in reverse order"""
    order = np.lexsort((-np.arange(len(data)), indices))
    return data[order], _rows(indptr)[order], _starts(indices, columns)


def starts_moved_on(data, indices, indptr, *, columns):
    """was used as the place to write to and moved on
    Solver's mistake.
    """
    starts, rows = _starts(indices, columns), _rows(indptr)
    data_t, indices_t = np.empty_like(data), np.empty(len(data), np.int64)
    for p, j in enumerate(indices.tolist()):
        data_t[starts[j]], indices_t[starts[j]] = data[p], rows[p]
        starts[j] += 1
    return data_t, indices_t, starts


def old_columns(data, indices, indptr, *, columns):
    """needs the old rows
    Solver's mistake.
    """
    order = np.argsort(indices, kind="stable")
    return data[order], indices[order].astype(np.int64), _starts(indices, columns)


def rows_stay(data, indices, indptr, *, columns):
    """not moved along with the values"""
    order = np.argsort(indices, kind="stable")
    return data[order], _rows(indptr), _starts(indices, columns)


def last_columns_lost(data, indices, indptr, *, columns):
    """that hold nothing \\(空列\\) are missing
    Solver's mistake.
    """
    order = np.argsort(indices, kind="stable")
    return data[order], _rows(indptr)[order], _starts(indices, 0)


def counts(data, indices, indptr, *, columns):
    """counts, not a running sum"""
    order = np.argsort(indices, kind="stable")
    return data[order], _rows(indptr)[order], np.diff(_starts(indices, columns))


def narrow_columns_wrap(data, indices, indptr, *, columns):
    """indptr_t: .* values differ
    Solver's mistake.
    """
    order = np.argsort(indices, kind="stable")
    starts = np.zeros(columns + 1, np.int64)
    one = indices.dtype.type(1)
    with np.errstate(over="ignore"):
        np.add.at(starts, (indices + one).astype(np.int64), 1)
    return data[order], _rows(indptr)[order], np.cumsum(starts)


def rows_are_int32(data, indices, indptr, *, columns):
    """indices_t: expected dtype int64, returned int32
    Solver's mistake.
    """
    order = np.argsort(indices, kind="stable")
    return data[order], _rows(indptr)[order].astype(np.int32), _starts(indices, columns)
