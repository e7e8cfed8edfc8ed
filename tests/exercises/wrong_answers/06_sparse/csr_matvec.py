"""Plausible wrong answers to csr_matvec; the first line of each docstring is found in its failure."""

import numpy as np


def _products(data, indices, indptr, x):
    if not len(data) == len(indices) == indptr[-1]:
        raise ValueError("lengths")
    if len(indices) and (indices.min() < 0 or indices.max() >= len(x)):
        raise ValueError("index")
    return data.astype(np.float64) * x[indices]


def _rows(indptr):
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


def reduceat(data, indices, indptr, x):
    """np.add.reduceat gives a row without entries
    Solver's mistake.
    """
    products = np.append(_products(data, indices, indptr, x), 0.0)
    return np.add.reduceat(products, indptr[:-1].astype(np.int64))


def running_sum(data, indices, indptr, x):
    """a running sum over all rows was subtracted
    Solver's mistake.
    """
    total = np.concatenate([[0.0], np.cumsum(_products(data, indices, indptr, x))])
    return total[indptr[1:]] - total[indptr[:-1]]


def buffered_addition(data, indices, indptr, x):
    """keeps the last product of a row only
    Solver's mistake.
    """
    y = np.zeros(len(indptr) - 1)
    y[_rows(indptr)] += _products(data, indices, indptr, x)
    return y


def last_rows_lost(data, indices, indptr, x):
    """one value for each of the
    Solver's mistake.
    """
    products = _products(data, indices, indptr, x)
    return np.bincount(_rows(indptr), weights=products)


def in_float32(data, indices, indptr, x):
    """Looks like float32 in the product
    Solver's mistake.
    """
    _products(data, indices, indptr, x)
    y = [np.sum(data[a:b] * x[indices[a:b]]) for a, b in zip(indptr, indptr[1:], strict=False)]
    return np.array(y, np.float32).astype(np.float64)


def x_in_the_order_of_entries(data, indices, indptr, x):
    """not by x\\[indices\\]"""
    _products(data, indices, indptr, x)
    x = np.resize(x, len(data)) if len(x) else np.zeros(len(data))
    return np.bincount(_rows(indptr), weights=data.astype(np.float64) * x, minlength=len(indptr) - 1)


def x_not_used(data, indices, indptr, x):
    """x was not used"""
    _products(data, indices, indptr, x)
    return np.bincount(_rows(indptr), weights=data, minlength=len(indptr) - 1)


def empty_rows_left_out(data, indices, indptr, x):
    """one value for each of the"""
    products = _products(data, indices, indptr, x)
    filled = np.diff(indptr) > 0
    return np.add.reduceat(np.append(products, 0.0), indptr[:-1][filled]) if filled.any() else np.zeros(0)


def one_entry_short(data, indices, indptr, x):
    """the last entry of each row was left out"""
    products = _products(data, indices, indptr, x)
    return np.array([products[a : max(int(a), int(b) - 1)].sum() for a, b in zip(indptr, indptr[1:], strict=False)])


def negative_index_passes(data, indices, indptr, x):
    """an index must be in 0 .. n - 1"""
    if not len(data) == len(indices) == indptr[-1]:
        raise ValueError("lengths")
    y = np.zeros(len(indptr) - 1)
    np.add.at(y, _rows(indptr), data.astype(np.float64) * np.take(x, indices, mode="wrap"))
    return y
