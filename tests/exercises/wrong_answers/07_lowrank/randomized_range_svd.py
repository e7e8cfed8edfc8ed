"""Plausible wrong answers to randomized_range_svd; the first line of each docstring is found in its failure."""

import numpy as np


def _checked(a, omega, rank, n_iter):
    if not 1 <= rank <= omega.shape[1] or n_iter < 0:
        raise ValueError("rank or n_iter")
    return a.astype(np.float64)


def _finish(q, a, rank):
    u, s, vt = np.linalg.svd(q.T @ a, full_matrices=False)
    return q @ u[:, :rank], s[:rank], vt[:rank]


def _range(a, omega, n_iter):
    q, _ = np.linalg.qr(a @ omega)
    for _ in range(n_iter):
        q, _ = np.linalg.qr(a.T @ q)
        q, _ = np.linalg.qr(a @ q)
    return q


def one_orthogonalisation(a, omega, *, rank, n_iter=0):
    """a small direction drowned
    Solver's mistake.
    """
    a = _checked(a, omega, rank, n_iter)
    y = a @ omega
    for _ in range(n_iter):
        y = a @ (a.T @ y)
    return _finish(np.linalg.qr(y)[0], a, rank)


def cut_too_early(a, omega, *, rank, n_iter=0):
    """omega was cut to rank columns
    Solver's mistake.
    """
    a = _checked(a, omega, rank, n_iter)
    return _finish(_range(a, omega[:, :rank], n_iter), a, rank)


def exact_svd(a, omega, *, rank, n_iter=0):
    """omega was not used
    Solver's mistake.
    """
    a = _checked(a, omega, rank, n_iter)
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return u[:, :rank], s[:rank], vt[:rank]


def small_left_vectors(a, omega, *, rank, n_iter=0):
    """brought back to length m
    Solver's mistake.
    """
    a = _checked(a, omega, rank, n_iter)
    u, s, vt = np.linalg.svd(_range(a, omega, n_iter).T @ a, full_matrices=False)
    return u[:, :rank], s[:rank], vt[:rank]


def one_iteration_too_many(a, omega, *, rank, n_iter=0):
    """one power iteration \\(幂迭代\\) too many"""
    a = _checked(a, omega, rank, n_iter)
    return _finish(_range(a, omega, n_iter + 1), a, rank)


def no_iterations(a, omega, *, rank, n_iter=0):
    """the power iterations \\(幂迭代\\) were left out|too few"""
    a = _checked(a, omega, rank, n_iter)
    return _finish(_range(a, omega, 0), a, rank)


def no_basis(a, omega, *, rank, n_iter=0):
    """values differ.*\\n(.*\\n)*.*returned: \\[[1-9]\\d|s: \\d of 3 values differ"""
    a = _checked(a, omega, rank, n_iter)
    y = a @ omega
    for _ in range(n_iter):
        y = a @ (a.T @ y)
    return _finish(y, a, rank)


def vectors_as_columns(a, omega, *, rank, n_iter=0):
    """its rows are the right vectors
    Solver's mistake.
    """
    u, s, vt = _finish(_range(_checked(a, omega, rank, n_iter), omega, n_iter), a.astype(np.float64), rank)
    return u, s, vt.T


def squared_values(a, omega, *, rank, n_iter=0):
    """s: .* values differ"""
    u, s, vt = _finish(_range(_checked(a, omega, rank, n_iter), omega, n_iter), a.astype(np.float64), rank)
    return u, s**2, vt


def lost_the_checks(a, omega, *, rank, n_iter=0):
    """rank must be in 1 .. k = 3"""
    a = a.astype(np.float64)
    return _finish(_range(a, omega, n_iter), a, rank)
