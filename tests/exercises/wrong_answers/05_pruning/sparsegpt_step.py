"""Plausible wrong answers to sparsegpt_step; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(w, u, start, stop, sparsity):
    columns = w.shape[1]
    if u.shape != (columns, columns) or not 0 <= start < stop <= columns or not 0 <= sparsity <= 1:
        raise ValueError("u, start, stop or sparsity")
    return w.astype(np.float64)


def _mask(scores, sparsity):
    mask = np.ones(scores.size, bool)
    mask[np.argsort(scores, axis=None, kind="stable")[: round(scores.size * sparsity)]] = False
    return mask.reshape(scores.shape)


def _update(w, u, mask, start, stop, end=None):
    for j in range(start, stop):
        lost = ~mask[:, j - start]
        w[:, j:end] -= np.outer(np.where(lost, w[:, j], 0) / u[j, j], u[j, j:end])
        w[lost, j] = 0
    return w, mask


def magnitude_mask(w, u, *, start, stop, sparsity):
    """the diagonal of u is missing from the score"""
    w = _checked(w, u, start, stop, sparsity)
    return _update(w, u, _mask(np.abs(w[:, start:stop]), sparsity), start, stop)


def score_multiplies(w, u, *, start, stop, sparsity):
    """the score multiplies by"""
    w = _checked(w, u, start, stop, sparsity)
    return _update(w, u, _mask((w[:, start:stop] * np.diag(u)[start:stop]) ** 2, sparsity), start, stop)


def stops_at_the_block(w, u, *, start, stop, sparsity):
    """only the block was updated"""
    w = _checked(w, u, start, stop, sparsity)
    return _update(w, u, _mask((w[:, start:stop] / np.diag(u)[start:stop]) ** 2, sparsity), start, stop, stop)


def all_errors_first(w, u, *, start, stop, sparsity):
    """the error uses the weights from before the block"""
    w = _checked(w, u, start, stop, sparsity)
    mask = _mask((w[:, start:stop] / np.diag(u)[start:stop]) ** 2, sparsity)
    errors = np.where(mask, 0, w[:, start:stop] / np.diag(u)[start:stop])
    w -= errors @ u[start:stop]
    w[:, start:stop][~mask] = 0
    return w, mask


def only_zeroes(w, u, *, start, stop, sparsity):
    """were they only zeroed"""
    w = _checked(w, u, start, stop, sparsity)
    mask = _mask((w[:, start:stop] / np.diag(u)[start:stop]) ** 2, sparsity)
    w[:, start:stop] *= mask
    return w, mask


def transposed(w, u, *, start, stop, sparsity):
    """was u read down a column"""
    w = _checked(w, u, start, stop, sparsity)
    return _update(w, u.T, _mask((w[:, start:stop] / np.diag(u)[start:stop]) ** 2, sparsity), start, stop)


def not_divided(w, u, *, start, stop, sparsity):
    """the error was not divided by"""
    w = _checked(w, u, start, stop, sparsity)
    mask = _mask((w[:, start:stop] / np.diag(u)[start:stop]) ** 2, sparsity)
    for j in range(start, stop):
        lost = ~mask[:, j - start]
        w[:, j:] -= np.outer(np.where(lost, w[:, j], 0), u[j, j:])
        w[lost, j] = 0
    return w, mask


def diagonal_of_the_first_columns(w, u, *, start, stop, sparsity):
    """the block begins at start"""
    w = _checked(w, u, start, stop, sparsity)
    return _update(w, u, _mask((w[:, start:stop] / np.diag(u)[: stop - start]) ** 2, sparsity), start, stop)


def row_by_row(w, u, *, start, stop, sparsity):
    """the whole block is one pool"""
    w = _checked(w, u, start, stop, sparsity)
    scores = (w[:, start:stop] / np.diag(u)[start:stop]) ** 2
    return _update(w, u, np.vstack([_mask(row[None], sparsity) for row in scores]), start, stop)


def remainder_of_rounding(w, u, *, start, stop, sparsity):
    """a pruned weight is not exactly 0.0"""
    w = _checked(w, u, start, stop, sparsity)
    mask = _mask((w[:, start:stop] / np.diag(u)[start:stop]) ** 2, sparsity)
    for j in range(start, stop):
        errors = np.where(mask[:, j - start], 0, w[:, j]) / u[j, j]
        w[:, j:] -= errors[:, None] * u[j, j:]
    return w, mask


def changes_w(w, u, *, start, stop, sparsity):
    """after the call, w is"""
    _checked(w, u, start, stop, sparsity)
    return _update(w, u, _mask((w[:, start:stop] / np.diag(u)[start:stop]) ** 2, sparsity), start, stop)


def wrong_sign(w, u, *, start, stop, sparsity):
    """the update has the wrong sign"""
    w = _checked(w, u, start, stop, sparsity)
    mask = _mask((w[:, start:stop] / np.diag(u)[start:stop]) ** 2, sparsity)
    for j in range(start, stop):
        lost = ~mask[:, j - start]
        w[:, j:] += np.outer(np.where(lost, w[:, j], 0) / u[j, j], u[j, j:])
        w[lost, j] = 0
    return w, mask
