"""Plausible wrong answers to omp_recover; the first line of each docstring is found in its failure."""

import numpy as np


def _pursue(d, y, k, *, normalise=True, absolute=True, refit=True, once=False, stop=True, unit_coefficients=False):
    if not 1 <= k <= min(d.shape):
        raise ValueError("n_nonzero")
    d, y = d.astype(np.float64), y.astype(np.float64)
    norms = np.linalg.norm(d, axis=0)
    norms = np.where(norms > 0, norms, 1)
    unit = d / norms if normalise else d
    x, chosen, residual = np.zeros(d.shape[1]), [], y
    for _ in range(k):
        scores = (y if once else residual) @ unit
        scores = np.abs(scores) if absolute else scores
        if refit:
            scores[chosen] = -np.inf
        j = int(np.argmax(scores))
        if stop and scores[j] <= 1e-10 * np.linalg.norm(y):
            break
        chosen.append(j)
        if refit:
            x[chosen] = np.linalg.lstsq(d[:, chosen], y, rcond=None)[0]
        else:
            x[j] += residual @ d[:, j] / (d[:, j] @ d[:, j])
        residual = y - d @ x
    return x * norms if unit_coefficients else x


def not_normalised(d, y, *, n_nonzero):
    """the scores were not divided by the norms
    Solver's mistake.
    """
    return _pursue(d, y, n_nonzero, normalise=False)


def no_absolute_value(d, y, *, n_nonzero):
    """was not taken in absolute value
    Solver's mistake.
    """
    return _pursue(d, y, n_nonzero, absolute=False)


def matching_pursuit(d, y, *, n_nonzero):
    """plain matching pursuit
    Solver's mistake.
    """
    return _pursue(d, y, n_nonzero, refit=False)


def chosen_at_once(d, y, *, n_nonzero):
    """score them against the residual
    Solver's mistake.
    """
    return _pursue(d, y, n_nonzero, once=True)


def unit_coefficients(d, y, *, n_nonzero):
    """belong to the normalised atoms
    Solver's mistake.
    """
    return _pursue(d, y, n_nonzero, unit_coefficients=True)


def never_stops(d, y, *, n_nonzero):
    """stop where every score is at most
    Solver's mistake.
    """
    return _pursue(d, y, n_nonzero, stop=False)


def one_round_less(d, y, *, n_nonzero):
    """one round too few"""
    x = _pursue(d, y, n_nonzero)
    return _pursue(d, y, n_nonzero - 1) if n_nonzero > 1 else 0 * x


def least_squares(d, y, *, n_nonzero):
    """without any choice"""
    if not 1 <= n_nonzero <= min(d.shape):
        raise ValueError("n_nonzero")
    return np.linalg.lstsq(d.astype(np.float64), y.astype(np.float64), rcond=None)[0]


def any_number(d, y, *, n_nonzero):
    """n_nonzero must be in 1 .. min\\(m, n\\)"""
    return _pursue(d, y, max(1, min(n_nonzero, *d.shape)))
