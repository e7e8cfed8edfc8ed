"""Plausible wrong answers to csr_validate; the first line of each docstring is found in its failure."""

import numpy as np


def _frame(data, indices, indptr, columns):
    if len(data) != len(indices) or len(indptr) == 0:
        return "lengths"
    if indptr[0] != 0:
        return "start"
    if (indptr[1:] < indptr[:-1]).any():
        return "falls"
    if indptr[-1] != len(data):
        return "end"
    return "range" if ((indices < 0) | (indices >= columns)).any() else ""


def _same(indptr):
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr.astype(np.int64)))
    return row[1:] == row[:-1]


def differences_of_unsigned(data, indices, indptr, *, columns):
    """the fault '(falls|order)' was not seen|was seen which is not there|before 'falls'
    Solver's mistake.
    """
    if len(data) != len(indices) or len(indptr) == 0:
        return "lengths"
    if indptr[0] != 0:
        return "start"
    if (np.diff(indptr) < 0).any():
        return "falls"
    if indptr[-1] != len(data):
        return "end"
    if ((indices < 0) | (indices >= columns)).any():
        return "range"
    steps = np.diff(indices)[_same(indptr)]
    if (steps == 0).any():
        return "duplicate"
    return "order" if (steps < 0).any() else "ok" if np.isfinite(data).all() else "not finite"


def across_rows(data, indices, indptr, *, columns):
    """a fault '(order|duplicate)' was seen in a valid structure
    Solver's mistake.
    """
    fault = _frame(data, indices, indptr, columns)
    if fault:
        return fault
    if (indices[1:] == indices[:-1]).any():
        return "duplicate"
    if (indices[1:] < indices[:-1]).any():
        return "order"
    return "ok" if np.isfinite(data).all() else "not finite"


def row_by_row(data, indices, indptr, *, columns):
    """'order' was asked before 'duplicate'
    Solver's mistake.
    """
    fault = _frame(data, indices, indptr, columns)
    if fault:
        return fault
    for a, b in zip(indptr[:-1].tolist(), indptr[1:].tolist(), strict=True):
        for p in range(a + 1, b):
            if indices[p] == indices[p - 1]:
                return "duplicate"
            if indices[p] < indices[p - 1]:
                return "order"
    return "ok" if np.isfinite(data).all() else "not finite"


def any_two_equal(data, indices, indptr, *, columns):
    """'duplicate' was seen which is not there
    Solver's mistake.
    """
    fault = _frame(data, indices, indptr, columns)
    if fault:
        return fault
    rows = [indices[a:b] for a, b in zip(indptr[:-1].astype(int), indptr[1:].astype(int), strict=True)]
    if any(len(np.unique(r)) < len(r) for r in rows):
        return "duplicate"
    same = _same(indptr)
    if (same & (indices[1:] < indices[:-1])).any():
        return "order"
    return "ok" if np.isfinite(data).all() else "not finite"


def values_first(data, indices, indptr, *, columns):
    """'not finite' was asked before
    Solver's mistake.
    """
    if not np.isfinite(data).all():
        return "not finite"
    fault = _frame(data, indices, indptr, columns)
    if fault:
        return fault
    same = _same(indptr)
    if (same & (indices[1:] == indices[:-1])).any():
        return "duplicate"
    return "order" if (same & (indices[1:] < indices[:-1])).any() else "ok"


def end_before_falls(data, indices, indptr, *, columns):
    """'end' was asked before 'falls'
    Solver's mistake.
    """
    if len(data) == len(indices) and len(indptr) and indptr[0] == 0 and indptr[-1] != len(data):
        return "end"
    fault = _frame(data, indices, indptr, columns)
    if fault:
        return fault
    same = _same(indptr)
    if (same & (indices[1:] == indices[:-1])).any():
        return "duplicate"
    if (same & (indices[1:] < indices[:-1])).any():
        return "order"
    return "ok" if np.isfinite(data).all() else "not finite"


def no_empty_rows(data, indices, indptr, *, columns):
    """a fault 'falls' was seen in a valid structure"""
    fault = _frame(data, indices, indptr, columns)
    if fault:
        return fault
    if (indptr[1:] <= indptr[:-1]).any():
        return "falls"
    same = _same(indptr)
    if (same & (indices[1:] == indices[:-1])).any():
        return "duplicate"
    if (same & (indices[1:] < indices[:-1])).any():
        return "order"
    return "ok" if np.isfinite(data).all() else "not finite"


def last_column_too_large(data, indices, indptr, *, columns):
    """the fault 'range' was not seen"""
    fault = _frame(data, indices, indptr, columns + 1)
    if fault:
        return fault
    same = _same(indptr)
    if (same & (indices[1:] == indices[:-1])).any():
        return "duplicate"
    if (same & (indices[1:] < indices[:-1])).any():
        return "order"
    return "ok" if np.isfinite(data).all() else "not finite"


def only_nan(data, indices, indptr, *, columns):
    """the fault 'not finite' was not seen
    Solver's mistake.
    """
    fault = _frame(data, indices, indptr, columns)
    if fault:
        return fault
    same = _same(indptr)
    if (same & (indices[1:] == indices[:-1])).any():
        return "duplicate"
    if (same & (indices[1:] < indices[:-1])).any():
        return "order"
    return "not finite" if np.isnan(data).any() else "ok"
