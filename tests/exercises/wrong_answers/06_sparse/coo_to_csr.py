"""Plausible wrong answers to coo_to_csr; the first line of each docstring is found in its failure."""

import numpy as np


def _checked(rows, cols, values, shape):
    if not len(rows) == len(cols) == len(values):
        raise ValueError("lengths")
    for index, size in zip((rows, cols), shape, strict=True):
        if len(index) and (index.min() < 0 or index.max() >= size):
            raise ValueError("index")
    return rows.astype(np.int64), cols.astype(np.int64)


def _starts(rows, m):
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=m))]).astype(np.int64)


def _merged(rows, cols, values, dtype=np.float64):
    order = np.lexsort((cols, rows))
    r, c, v = rows[order], cols[order], values[order]
    first = np.ones(len(r), bool)
    first[1:] = (np.diff(r) != 0) | (np.diff(c) != 0)
    data = np.zeros(int(first.sum()), dtype)
    np.add.at(data, np.cumsum(first) - 1, v.astype(dtype))
    return data.astype(values.dtype), r[first], c[first]


def duplicates_kept(rows, cols, values, *, shape):
    """stored one by one
    Solver's mistake.
    """
    rows, cols = _checked(rows, cols, values, shape)
    order = np.lexsort((cols, rows))
    return values[order], cols[order], _starts(rows, shape[0])


def last_one_wins(rows, cols, values, *, shape):
    """only the last one was kept
    Solver's mistake.
    """
    rows, cols = _checked(rows, cols, values, shape)
    places = {(i, j): v for i, j, v in zip(rows.tolist(), cols.tolist(), values.tolist(), strict=True)}
    order = sorted(places)
    kept = np.array([i for i, _ in order], np.int64)
    data = np.array([places[p] for p in order], values.dtype)
    return data, np.array([j for _, j in order], np.int64), _starts(kept, shape[0])


def columns_unsorted(rows, cols, values, *, shape):
    """the columns do not rise within a row
    Solver's mistake.
    """
    rows, cols = _checked(rows, cols, values, shape)
    order = np.argsort(rows, kind="stable")
    return values[order], cols[order], _starts(rows, shape[0])


def empty_rows_skipped(rows, cols, values, *, shape):
    """skips the rows without entries
    Solver's mistake.
    """
    rows, cols = _checked(rows, cols, values, shape)
    data, r, c = _merged(rows, cols, values)
    return data, c, np.append(np.unique(r, return_index=True)[1], len(data)).astype(np.int64)


def last_rows_lost(rows, cols, values, *, shape):
    """indptr: expected shape"""
    rows, cols = _checked(rows, cols, values, shape)
    data, r, c = _merged(rows, cols, values)
    return data, c, _starts(r, 0)


def counts(rows, cols, values, *, shape):
    """not a running sum"""
    rows, cols = _checked(rows, cols, values, shape)
    data, r, c = _merged(rows, cols, values)
    return data, c, np.bincount(r, minlength=shape[0]).astype(np.int64)


def counted_before_merging(rows, cols, values, *, shape):
    """before duplicates were added
    Solver's mistake.
    """
    rows, cols = _checked(rows, cols, values, shape)
    data, _, c = _merged(rows, cols, values)
    return data, c, _starts(rows, shape[0])


def zeros_removed(rows, cols, values, *, shape):
    """entries of value 0 \\(显式零\\) were removed
    Solver's mistake.
    """
    rows, cols = _checked(rows, cols, values, shape)
    data, r, c = _merged(rows, cols, values)
    kept = data != 0
    return data[kept], c[kept], _starts(r[kept], shape[0])


def adds_in_float32(rows, cols, values, *, shape):
    """added in float32"""
    rows, cols = _checked(rows, cols, values, shape)
    data, r, c = _merged(rows, cols, values, np.float32)
    return data, c, _starts(r, shape[0])


def through_a_dense_matrix(rows, cols, values, *, shape):
    """MemoryError|entries of value 0
    Solver's mistake.
    """
    rows, cols = _checked(rows, cols, values, shape)
    dense = np.zeros(shape)
    np.add.at(dense, (rows, cols), values)
    r, c = np.nonzero(dense)
    return dense[r, c].astype(values.dtype), c, _starts(r, shape[0])


def negative_indices_pass(rows, cols, values, *, shape):
    """rows must be in 0 .. m - 1 and columns in"""
    if not len(rows) == len(cols) == len(values):
        raise ValueError("lengths")
    rows, cols = rows.astype(np.int64) % shape[0], cols.astype(np.int64) % shape[1]
    data, r, c = _merged(rows, cols, values)
    return data, c, _starts(r, shape[0])
