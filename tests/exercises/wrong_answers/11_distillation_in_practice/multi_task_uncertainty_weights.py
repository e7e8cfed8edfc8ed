"""Plausible wrong answers to multi_task_uncertainty_weights; each docstring's first line is found in its failure."""

import numpy as np


def _checked(losses, log_variances, regression):
    if losses.shape != log_variances.shape or losses.shape != regression.shape or not (losses > 0).all():
        raise ValueError("losses or shapes")
    return losses.astype(np.float64), log_variances.astype(np.float64), np.where(regression, 0.5, 1.0)


def standard_deviation(losses, log_variances, regression):
    """s was taken for ln sigma
    Solver's mistake.
    """
    x, s, c = _checked(losses, log_variances, regression)
    w = c * np.exp(-2 * s)
    return np.sum(w * x + s), w, 1 - 2 * w * x, np.log(2 * c * x) / 2


def kinds_exchanged(losses, log_variances, regression):
    """regression and classification are exchanged
    Solver's mistake.
    """
    x, s, c = _checked(losses, log_variances, ~regression)
    w = c * np.exp(-s)
    return np.sum(w * x + s / 2), w, 0.5 - w * x, np.log(2 * c * x)


def half_for_all(losses, log_variances, regression):
    """every task has the factor 1/2
    Solver's mistake.
    """
    x, s, _ = _checked(losses, log_variances, regression)
    w = 0.5 * np.exp(-s)
    return np.sum(w * x + s / 2), w, 0.5 - w * x, np.log(x)


def whole_s(losses, log_variances, regression):
    """the term is s, not s / 2
    Solver's mistake.
    """
    x, s, c = _checked(losses, log_variances, regression)
    w = c * np.exp(-s)
    return np.sum(w * x + s), w, 1 - w * x, np.log(c * x)


def no_regulariser(losses, log_variances, regression):
    """nothing keeps the weights from going to 0"""
    x, s, c = _checked(losses, log_variances, regression)
    w = c * np.exp(-s)
    return np.sum(w * x), w, -w * x, np.log(2 * c * x)


def plus_in_the_exponent(losses, log_variances, regression):
    """a large variance must give a small weight"""
    x, s, c = _checked(losses, log_variances, regression)
    w = c * np.exp(s)
    return np.sum(w * x + s / 2), w, 0.5 + w * x, -np.log(2 * c * x)


def gradient_turned_round(losses, log_variances, regression):
    """the gradient has the wrong sign"""
    x, s, c = _checked(losses, log_variances, regression)
    w = c * np.exp(-s)
    return np.sum(w * x + s / 2), w, w * x - 0.5, np.log(2 * c * x)


def best_for_classification(losses, log_variances, regression):
    """best is ln\\(2 L\\) for every task"""
    x, s, c = _checked(losses, log_variances, regression)
    w = c * np.exp(-s)
    return np.sum(w * x + s / 2), w, 0.5 - w * x, np.log(2 * x)


def weights_of_one(losses, log_variances, regression):
    """weights are normalised to sum to 1"""
    x, s, c = _checked(losses, log_variances, regression)
    w = c * np.exp(-s)
    return np.sum(w * x + s / 2), w / w.sum(), 0.5 - w * x, np.log(2 * c * x)
