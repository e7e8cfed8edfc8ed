"""Plausible wrong answers to gptq_layer; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _prepare(w, x, bits, damping, *, amount=np.mean, live=True, zero=True):
    if bits < 2 or bits > 8 or damping <= 0 or x.shape[1] != w.shape[1]:
        raise ValueError("arguments")
    w, h = w.copy(), x.T @ x
    before = amount(h.diagonal())
    dead = h.diagonal() == 0
    h[dead, dead] = 1
    if zero:
        w[:, dead] = 0
    h += damping * (amount(h.diagonal()) if live else before) * np.eye(len(h))
    return w, h


def _scale(w, bits):
    scale = np.abs(w).max(axis=1) / (2 ** (bits - 1) - 1)
    return np.where(scale > 0, scale, 1.0)


def _sweep(w, u, scale, bits, order=None):
    top = 2 ** (bits - 1) - 1
    w, codes = w.copy(), np.zeros(w.shape, np.int8)
    for j in range(w.shape[1]):
        codes[:, j] = np.clip(np.rint(w[:, j] / scale), -top, top)
        w[:, j + 1 :] -= np.outer((w[:, j] - scale * codes[:, j]) / u[j, j], u[j, j + 1 :])
    return codes


def _upper(h):
    return np.linalg.cholesky(np.linalg.inv(h)).T


def round_to_nearest(w, x, *, bits=4, damping=0.01):
    """plain rounding to nearest \\(RTN\\)"""
    w, _ = _prepare(w, x, bits, damping)
    scale = _scale(w, bits)
    return np.rint(w / scale[:, None]).astype(np.int8), scale


def dead_weights_kept(w, x, *, bits=4, damping=0.01):
    """their weights must become 0
    Solver's mistake.
    """
    w, h = _prepare(w, x, bits, damping, zero=False)
    scale = _scale(w, bits)
    return _sweep(w, _upper(h), scale, bits), scale


def dead_inputs_not_mended(w, x, *, bits=4, damping=0.01):
    """their diagonal and their weights were left as they are
    Solver's mistake.
    """
    if bits < 2 or bits > 8 or damping <= 0 or x.shape[1] != w.shape[1]:
        raise ValueError("arguments")
    h = x.T @ x
    h += damping * h.diagonal().mean() * np.eye(len(h))
    scale = _scale(w, bits)
    return _sweep(w, _upper(h), scale, bits), scale


def scales_too_early(w, x, *, bits=4, damping=0.01):
    """the scales were taken before the weights of dead inputs"""
    scale = _scale(w, bits)
    w, h = _prepare(w, x, bits, damping)
    return _sweep(w, _upper(h), scale, bits), scale


def damping_as_it_is(w, x, *, bits=4, damping=0.01):
    """not a number that is added as it is
    Solver's mistake.
    """
    w, h = _prepare(w, x, bits, damping, amount=lambda diagonal: 1.0)
    scale = _scale(w, bits)
    return _sweep(w, _upper(h), scale, bits), scale


def damping_by_the_largest(w, x, *, bits=4, damping=0.01):
    """the largest diagonal element, not the mean"""
    w, h = _prepare(w, x, bits, damping, amount=np.max)
    scale = _scale(w, bits)
    return _sweep(w, _upper(h), scale, bits), scale


def mean_taken_too_early(w, x, *, bits=4, damping=0.01):
    """the mean diagonal was taken before dead inputs were set to 1
    Solver's mistake.
    """
    w, h = _prepare(w, x, bits, damping, live=False)
    scale = _scale(w, bits)
    return _sweep(w, _upper(h), scale, bits), scale


def factor_of_the_hessian(w, x, *, bits=4, damping=0.01):
    """the Hessian itself was factorized
    Solver's mistake.
    """
    w, h = _prepare(w, x, bits, damping)
    scale = _scale(w, bits)
    return _sweep(w, np.linalg.cholesky(h).T, scale, bits), scale


def inverse_without_factor(w, x, *, bits=4, damping=0.01):
    """the inverse was used where its Cholesky factor belongs
    Solver's mistake.
    """
    w, h = _prepare(w, x, bits, damping)
    scale = _scale(w, bits)
    return _sweep(w, np.linalg.inv(h), scale, bits), scale


def lower_factor(w, x, *, bits=4, damping=0.01):
    """plain rounding to nearest \\(RTN\\): no error was carried on
    Solver's mistake.
    """
    w, h = _prepare(w, x, bits, damping)
    scale = _scale(w, bits)
    return _sweep(w, np.linalg.cholesky(np.linalg.inv(h)), scale, bits), scale


def largest_diagonal_first(w, x, *, bits=4, damping=0.01):
    """act-order"""
    w, h = _prepare(w, x, bits, damping)
    scale = _scale(w, bits)
    order = np.argsort(-h.diagonal(), kind="stable")
    codes = np.zeros(w.shape, np.int8)
    codes[:, order] = _sweep(w[:, order], _upper(h[np.ix_(order, order)]), scale, bits)
    return codes, scale


def one_scale(w, x, *, bits=4, damping=0.01):
    """one scale for the whole matrix"""
    w, h = _prepare(w, x, bits, damping)
    scale = np.full(len(w), np.abs(w).max() / (2 ** (bits - 1) - 1) or 1.0)
    return _sweep(w, _upper(h), scale, bits), scale


def in_place(w, x, *, bits=4, damping=0.01):
    """after the call, w is"""
    _, h = _prepare(w, x, bits, damping)
    w[:, (x == 0).all(axis=0)] = 0
    scale = _scale(w, bits)
    return _sweep(w, _upper(h), scale, bits), scale
