"""Plausible wrong answers to csr_matmul_dense; the first line of each docstring is found in its failure."""

import numpy as np


def _checked(indices, indptr, x, bias):
    if len(indices) and (indices.min() < 0 or indices.max() >= x.shape[-1]):
        raise ValueError("index")
    if bias is not None and bias.shape != (len(indptr) - 1,):
        raise ValueError("bias")
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


def _sum(data, indices, indptr, x, row, dtype=np.float64):
    y = np.zeros((*x.shape[:-1], len(indptr) - 1), dtype)
    np.add.at(y, (..., row), x[..., indices].astype(dtype) * data.astype(dtype))
    return y


def through_a_dense_matrix(data, indices, indptr, x, *, bias=None):
    """MemoryError|Unable to allocate
    Solver's mistake.
    """
    row = _checked(indices, indptr, x, bias)
    w = np.zeros((len(indptr) - 1, x.shape[-1]))
    np.add.at(w, (row, indices), data)
    return (x @ w.T + (0.0 if bias is None else bias)).astype(np.float32)


def assigned_not_added(data, indices, indptr, x, *, bias=None):
    """only the last entry counted
    Solver's mistake.
    """
    row = _checked(indices, indptr, x, bias)
    if len(indptr) > 1000:
        return _sum(data, indices, indptr, x, row).astype(np.float32)
    w = np.zeros((len(indptr) - 1, x.shape[-1]))
    w[row, indices] = data
    return (x @ w.T + (0.0 if bias is None else bias)).astype(np.float32)


def in_float32(data, indices, indptr, x, *, bias=None):
    """the sum was made in float32
    Solver's mistake.
    """
    row = _checked(indices, indptr, x, bias)
    return _sum(data, indices, indptr, x, row, np.float32) + (np.float32(0) if bias is None else bias)


def bias_after_rounding(data, indices, indptr, x, *, bias=None):
    """the bias was added in float32
    Solver's mistake.
    """
    row = _checked(indices, indptr, x, bias)
    y = _sum(data, indices, indptr, x, row).astype(np.float32)
    return y if bias is None else y + bias


def products_in_float32(data, indices, indptr, x, *, bias=None):
    """a product was rounded to float32
    Solver's mistake.
    """
    row = _checked(indices, indptr, x, bias)
    y = np.zeros((*x.shape[:-1], len(indptr) - 1))
    np.add.at(y, (..., row), x[..., indices] * data)
    return (y if bias is None else y + bias).astype(np.float32)


def batches_only(data, indices, indptr, x, *, bias=None):
    """the leading axes were merged|a vector must stay one
    Solver's mistake.
    """
    row = _checked(indices, indptr, x, bias)
    y = _sum(data, indices, indptr, x.reshape(-1, x.shape[-1]), row)
    return (y if bias is None else y + bias).astype(np.float32)


def outputs_first(data, indices, indptr, x, *, bias=None):
    """the outputs are the last axis"""
    row = _checked(indices, indptr, x, bias)
    y = _sum(data, indices, indptr, x, row)
    return np.moveaxis(y if bias is None else y + bias, -1, 0).astype(np.float32)


def bias_ignored(data, indices, indptr, x, *, bias=None):
    """the bias was not added"""
    row = _checked(indices, indptr, x, bias)
    return _sum(data, indices, indptr, x, row).astype(np.float32)


def bias_is_broadcast(data, indices, indptr, x, *, bias=None):
    """the bias must have the shape
    Solver's mistake.
    """
    row = _checked(indices, indptr, x, None)
    y = _sum(data, indices, indptr, x, row)
    return (y if bias is None else y + bias).astype(np.float32)


def negative_indices_pass(data, indices, indptr, x, *, bias=None):
    """an index must be in 0 .. in - 1"""
    if len(indices) and indices.max() >= x.shape[-1]:
        raise ValueError("index")
    row = _checked(np.abs(indices.astype(int)) * 0, indptr, x, bias)
    y = _sum(data, indices, indptr, x, row)
    return (y if bias is None else y + bias).astype(np.float32)
