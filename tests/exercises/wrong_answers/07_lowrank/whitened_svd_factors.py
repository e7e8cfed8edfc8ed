"""Plausible wrong answers to whitened_svd_factors; the first line of each docstring is found in its failure."""

import numpy as np


def _checked(w, x, rank, damping):
    if not 1 <= rank <= min(w.shape) or not damping > 0:
        raise ValueError("rank or damping")
    w, x = w.astype(np.float64), x.astype(np.float64)
    return w, x, x.T @ x


def _damped(c, damping):
    return c + damping * np.diag(c).mean() * np.eye(len(c))


def _factors(w, s, rank):
    left = np.linalg.svd(w @ s)[0][:, :rank]
    return left, left.T @ w


def plain_svd(w, x, *, rank, damping=1e-6):
    """the inputs were not used"""
    w, _, c = _checked(w, x, rank, damping)
    return _factors(w, np.eye(len(c)), rank)


def upper_factor(w, x, *, rank, damping=1e-6):
    """whitened with the upper factor
    Solver's mistake.
    """
    w, _, c = _checked(w, x, rank, damping)  # what scipy.linalg.cholesky returns
    return _factors(w, np.linalg.cholesky(_damped(c, damping)).T, rank)


def not_mapped_back(w, x, *, rank, damping=1e-6):
    """not mapped back
    Solver's mistake.
    """
    w, _, c = _checked(w, x, rank, damping)
    u, values, vt = np.linalg.svd(w @ np.linalg.cholesky(_damped(c, damping)), full_matrices=False)
    return u[:, :rank], values[:rank, None] * vt[:rank]


def centred(w, x, *, rank, damping=1e-6):
    """the mean of the inputs was subtracted
    Solver's mistake.
    """
    w, x, _ = _checked(w, x, rank, damping)
    c = np.cov(x, rowvar=False, bias=True)
    c = np.atleast_2d(c) * len(x) + 1e-300
    return _factors(w, np.linalg.cholesky(_damped(c, damping)), rank)


def diagonal_only(w, x, *, rank, damping=1e-6):
    """only the diagonal of C
    Solver's mistake.
    """
    w, _, c = _checked(w, x, rank, damping)
    return _factors(w, np.diag(np.sqrt(np.diag(_damped(c, damping)))), rank)


def absolute_damping(w, x, *, rank, damping=1e-6):
    """without the mean of the diagonal
    Solver's mistake.
    """
    w, _, c = _checked(w, x, rank, damping)
    return _factors(w, np.linalg.cholesky(c + damping * np.eye(len(c))), rank)


def damping_by_the_trace(w, x, *, rank, damping=1e-6):
    """scaled by the sum of the diagonal"""
    w, _, c = _checked(w, x, rank, damping)
    return _factors(w, np.linalg.cholesky(_damped(c, damping * len(c))), rank)


def no_damping(w, x, *, rank, damping=1e-6):
    """the damping \\(阻尼\\) was left out|not positive definite
    Solver's mistake.
    """
    w, _, c = _checked(w, x, rank, damping)
    return _factors(w, np.linalg.cholesky(c), rank)


def moment_in_place_of_its_factor(w, x, *, rank, damping=1e-6):
    """C was used in place of its factor"""
    w, _, c = _checked(w, x, rank, damping)
    return _factors(w, _damped(c, damping), rank)


def values_in_left(w, x, *, rank, damping=1e-6):
    """the values s went into left
    Solver's mistake.
    """
    w, _, c = _checked(w, x, rank, damping)
    s = np.linalg.cholesky(_damped(c, damping))
    u, values, vt = np.linalg.svd(w @ s, full_matrices=False)
    return u[:, :rank] * values[:rank], np.linalg.solve(s.T, vt[:rank].T).T


def nan_passes(w, x, *, rank, damping=1e-6):
    """damping must be above 0"""
    if not 1 <= rank <= min(w.shape) or damping < 0:
        raise ValueError("rank or damping")
    w, x = w.astype(np.float64), x.astype(np.float64)
    c = _damped(x.T @ x, damping)
    return _factors(w, np.linalg.cholesky(np.nan_to_num(c) + 1e-12 * np.eye(len(c))), rank)
