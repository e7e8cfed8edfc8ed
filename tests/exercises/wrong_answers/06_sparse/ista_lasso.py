"""Plausible wrong answers to ista_lasso; the first line of each docstring is found in its failure."""

import numpy as np


def _checked(a, b, alpha, n_iter):
    if not alpha >= 0 or n_iter < 1:
        raise ValueError("alpha or n_iter")
    return a.astype(np.float64), b.astype(np.float64)


def _soft(v, t):
    return np.sign(v) * np.maximum(np.abs(v) - t, 0)


def _run(a, b, alpha, n_iter, lipschitz, threshold=None, shrink=_soft):
    x = np.zeros(a.shape[1])
    if not lipschitz:
        return x
    for _ in range(n_iter):
        x = shrink(x - a.T @ (a @ x - b) / lipschitz, alpha / lipschitz if threshold is None else threshold)
    return x


def step_of_one_over_sigma(a, b, *, alpha, n_iter=100):
    """the step was 1 / sigma
    Solver's mistake.
    """
    a, b = _checked(a, b, alpha, n_iter)
    with np.errstate(all="ignore"):
        return _run(a, b, alpha, n_iter, np.linalg.norm(a, 2))


def frobenius(a, b, *, alpha, n_iter=100):
    """the squared Frobenius norm
    Solver's mistake.
    """
    a, b = _checked(a, b, alpha, n_iter)
    return _run(a, b, alpha, n_iter, np.linalg.norm(a) ** 2)


def threshold_is_alpha(a, b, *, alpha, n_iter=100):
    """the threshold was alpha, not alpha / L
    Solver's mistake.
    """
    a, b = _checked(a, b, alpha, n_iter)
    return _run(a, b, alpha, n_iter, np.linalg.norm(a, 2) ** 2, threshold=alpha)


def hard_threshold(a, b, *, alpha, n_iter=100):
    """a hard threshold
    Solver's mistake.
    """
    a, b = _checked(a, b, alpha, n_iter)
    return _run(a, b, alpha, n_iter, np.linalg.norm(a, 2) ** 2, shrink=lambda v, t: np.where(np.abs(v) > t, v, 0.0))


def mean_squared_error(a, b, *, alpha, n_iter=100):
    """as if the first term were the mean
    Solver's mistake.
    """
    a, b = _checked(a, b, alpha, n_iter)
    return _run(a, b, alpha * len(b), n_iter, np.linalg.norm(a, 2) ** 2)


def no_half(a, b, *, alpha, n_iter=100):
    """the first term lacks its 1/2"""
    a, b = _checked(a, b, alpha, n_iter)
    return _run(a, b, alpha / 2, n_iter, np.linalg.norm(a, 2) ** 2)


def sign_lost(a, b, *, alpha, n_iter=100):
    """the sign was lost|negative coefficients were cut off
    Solver's mistake.
    """
    a, b = _checked(a, b, alpha, n_iter)
    return _run(a, b, alpha, n_iter, np.linalg.norm(a, 2) ** 2, shrink=lambda v, t: np.maximum(v - t, 0))


def one_step_more(a, b, *, alpha, n_iter=100):
    """one step too many"""
    a, b = _checked(a, b, alpha, n_iter)
    return _run(a, b, alpha, n_iter + 1, np.linalg.norm(a, 2) ** 2)


def divides_by_zero(a, b, *, alpha, n_iter=100):
    """nan|divide|invalid
    Solver's mistake.
    """
    a, b = _checked(a, b, alpha, n_iter)
    x, lipschitz = np.zeros(a.shape[1]), np.linalg.norm(a, 2) ** 2
    with np.errstate(all="ignore"):
        for _ in range(n_iter):
            x = _soft(x - a.T @ (a @ x - b) / lipschitz, alpha / lipschitz)
    return x


def nan_passes(a, b, *, alpha, n_iter=100):
    """alpha must be at least 0"""
    if alpha < 0 or n_iter < 1:
        raise ValueError("alpha or n_iter")
    a, b = a.astype(np.float64), b.astype(np.float64)
    return _run(a, b, alpha, n_iter, np.linalg.norm(a, 2) ** 2)
