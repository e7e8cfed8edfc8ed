"""Plausible wrong answers to power_sgd_round; the first line of each docstring is in the failure it gets."""

import numpy as np


def _checked(gradients, residuals, q):
    if gradients.ndim != 3 or residuals.shape != gradients.shape or q.ndim != 2 or len(q) != gradients.shape[2]:
        raise ValueError("shapes")
    if not 0 < q.shape[1] <= min(gradients.shape[1:]):
        raise ValueError("rank")
    return gradients + residuals


def _positive(p):
    basis, upper = np.linalg.qr(p)
    return basis * np.sign(np.diag(upper))


def signs_of_lapack(gradients, residuals, q):
    """the signs are those of LAPACK
    Solver's mistake.
    """
    m = _checked(gradients, residuals, q)
    basis = np.linalg.qr((m @ q).mean(0))[0]
    q_new = (m.swapaxes(1, 2) @ basis).mean(0)
    update = basis @ q_new.T
    return update, q_new, m - update


def first_entries_positive(gradients, residuals, q):
    """all columns were turned to a positive first entry
    Solver's mistake.
    """
    m = _checked(gradients, residuals, q)
    basis = np.linalg.qr((m @ q).mean(0))[0]
    basis = basis * np.where(basis[0] < 0, -1.0, 1.0)
    q_new = (m.swapaxes(1, 2) @ basis).mean(0)
    update = basis @ q_new.T
    return update, q_new, m - update


def not_orthonormalised(gradients, residuals, q):
    """P was not orthonormalised"""
    m = _checked(gradients, residuals, q)
    p = (m @ q).mean(0)
    q_new = (m.swapaxes(1, 2) @ p).mean(0)
    update = p @ q_new.T
    return update, q_new, m - update


def normalised_columns(gradients, residuals, q):
    """but are not orthogonal to each other
    Solver's mistake.
    """
    m = _checked(gradients, residuals, q)
    p = (m @ q).mean(0)
    p = p / np.linalg.norm(p, axis=0)
    q_new = (m.swapaxes(1, 2) @ p).mean(0)
    update = p @ q_new.T
    return update, q_new, m - update


def own_bases(gradients, residuals, q):
    """each worker has a P of its own
    Solver's mistake.
    """
    m = _checked(gradients, residuals, q)
    bases = [_positive(x @ q) for x in m]
    qs = [x.T @ b for x, b in zip(m, bases, strict=True)]
    update = np.mean([b @ v.T for b, v in zip(bases, qs, strict=True)], axis=0)
    return update, np.mean(qs, axis=0), m - update


def own_residuals(gradients, residuals, q):
    """the residual uses the worker's own Q
    Solver's mistake.
    """
    m = _checked(gradients, residuals, q)
    basis = _positive((m @ q).mean(0))
    qs = m.swapaxes(1, 2) @ basis
    return basis @ qs.mean(0).T, qs.mean(0), m - basis @ qs.swapaxes(1, 2)


def no_memory(gradients, residuals, q):
    """the residuals were not added"""
    _checked(gradients, residuals, q)
    basis = _positive((gradients @ q).mean(0))
    q_new = (gradients.swapaxes(1, 2) @ basis).mean(0)
    update = basis @ q_new.T
    return update, q_new, gradients - update


def residual_without_what_waited(gradients, residuals, q):
    """the residual leaves out what waited before"""
    m = _checked(gradients, residuals, q)
    basis = _positive((m @ q).mean(0))
    q_new = (m.swapaxes(1, 2) @ basis).mean(0)
    update = basis @ q_new.T
    return update, q_new, gradients - update


def best_rank(gradients, residuals, q):
    """the best approximation of rank r \\(SVD\\)
    Solver's mistake.
    """
    m = _checked(gradients, residuals, q)
    u, s, v = np.linalg.svd(m.mean(0), full_matrices=False)
    r = q.shape[1]
    update = (u[:, :r] * s[:r]) @ v[:r]
    return update, v[:r].T * s[:r], m - update


def sum_of_the_workers(gradients, residuals, q):
    """the sum over the workers, not the mean
    Solver's mistake.
    """
    m = _checked(gradients, residuals, q)
    basis = _positive((m @ q).sum(0))
    q_new = (m.swapaxes(1, 2) @ basis).sum(0)
    update = basis @ q_new.T
    return update, q_new, m - update


def orthonormal_start(gradients, residuals, q):
    """Q was orthonormalised before the first product"""
    m = _checked(gradients, residuals, q)
    start = _positive(q)
    p = (m @ start).mean(0)
    return p @ start.T, p, m - p @ start.T


def adds_in_place(gradients, residuals, q):
    """after the call, gradients is
    Solver's mistake.
    """
    _checked(gradients, residuals, q)
    gradients += residuals
    basis = _positive((gradients @ q).mean(0))
    q_new = (gradients.swapaxes(1, 2) @ basis).mean(0)
    update = basis @ q_new.T
    return update, q_new, gradients - update
