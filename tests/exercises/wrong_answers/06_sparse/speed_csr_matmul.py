"""Plausible wrong answers to speed_csr_matmul; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(data, indices, indptr, x):
    if len(data) != len(indices) or indptr[0] or indptr[-1] != len(data) or (np.diff(indptr) < 0).any():
        raise ValueError("indptr")
    if ((indices < 0) | (indices >= len(x))).any():
        raise ValueError("indices")
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


def _product(rows, columns, values, indptr, x):
    y = np.zeros((len(indptr) - 1, x.shape[1]))
    np.add.at(y, rows, values[:, None] * x[columns].astype(np.float64))
    return y.astype(np.float32)


def position_in_place_of_column(data, indices, indptr, x):
    """the p-th entry of a row met row p of x
    Solver's mistake.
    """
    rows = _checked(data, indices, indptr, x)
    places = np.arange(len(data)) - indptr[rows]
    return _product(rows, places, data, indptr, x)


def stops_one_early(data, indices, indptr, x):
    """each row stops one entry early"""
    rows = _checked(data, indices, indptr, x)
    kept = ~np.isin(np.arange(len(data)), indptr[1:] - 1)
    return _product(rows[kept], indices[kept], data[kept], indptr, x)


def last_of_a_column_wins(data, indices, indptr, x):
    """of a column that occurs twice only the last entry counts
    Solver's mistake.
    """
    rows = _checked(data, indices, indptr, x)
    s = np.zeros((len(indptr) - 1, len(x)), np.float32)
    s[rows, indices] = data
    return s @ x


def values_forgotten(data, indices, indptr, x):
    """the values were left out"""
    rows = _checked(data, indices, indptr, x)
    return _product(rows, indices, np.ones_like(data), indptr, x)


def reduceat_of_empty_rows(data, indices, indptr, x):
    """values differ|IndexError|an error in speed_csr_matmul
    Solver's mistake.
    """
    _checked(data, indices, indptr, x)
    return np.add.reduceat(data[:, None] * x[indices], indptr[:-1], axis=0)  # an empty row takes its neighbour's entry


def whole_blocks_of_four(data, indices, indptr, x):
    """values differ; the first is at
    Solver's mistake.
    """
    rows = _checked(data, indices, indptr, x)
    places = np.arange(len(data)) - indptr[rows]
    kept = places < np.diff(indptr)[rows] // 4 * 4  # the last entries of a row are forgotten
    return _product(rows[kept], indices[kept], data[kept], indptr, x)


def double_precision(data, indices, indptr, x):
    """expected dtype float32, returned float64
    Solver's mistake.
    """
    rows = _checked(data, indices, indptr, x)
    y = np.zeros((len(indptr) - 1, x.shape[1]))
    np.add.at(y, rows, data[:, None] * x[indices])
    return y


def negative_indices_wrap(data, indices, indptr, x):
    """expected ValueError, returned .*-1 is not a column of 0 \\.\\. 2
    Solver's mistake.
    """
    if len(data) != len(indices) or indptr[0] or indptr[-1] != len(data) or (np.diff(indptr) < 0).any():
        raise ValueError("indptr")
    if (indices >= len(x)).any():
        raise ValueError("indices")
    return _product(np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)), indices, data, indptr, x)


def believes_indptr(data, indices, indptr, x):
    """expected ValueError, returned .*indptr must end at 2
    Solver's mistake.
    """
    if len(data) != len(indices) or indptr[0] or (np.diff(indptr) < 0).any():
        raise ValueError("indptr")
    if ((indices < 0) | (indices >= len(x))).any():
        raise ValueError("indices")
    y = np.zeros((len(indptr) - 1, x.shape[1]), np.float32)
    for i in range(len(y)):
        y[i] = data[indptr[i] : indptr[i + 1]] @ x[indices[indptr[i] : indptr[i + 1]]]
    return y


def scales_data_in_place(data, indices, indptr, x):
    """after the call, data is"""
    rows = _checked(data, indices, indptr, x)
    y = _product(rows, indices, data, indptr, x)
    data *= 2
    return y
