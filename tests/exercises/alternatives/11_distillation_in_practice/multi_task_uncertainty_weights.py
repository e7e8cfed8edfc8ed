"""Right answers to multi_task_uncertainty_weights in other styles; each must pass."""

import math

import numpy as np


def loops(losses, log_variances, regression):
    """One task at a time, with math."""
    if not (losses.shape == log_variances.shape and losses.shape == regression.shape):
        raise ValueError("shapes")
    total, weights, gradient, best = 0.0, [], [], []
    for x, s, r in zip(losses.tolist(), log_variances.tolist(), regression.tolist(), strict=True):
        if not x > 0:
            raise ValueError("a loss")
        w = math.exp(-s) * (0.5 if r else 1.0)
        total += w * x + s / 2
        weights.append(w)
        gradient.append(0.5 - w * x)
        best.append(math.log(x) + (0.0 if r else math.log(2.0)))
    return total, np.array(weights), np.array(gradient), np.array(best)


def by_sigma(losses, log_variances, regression):
    """Through sigma, as the paper writes it."""
    if np.shape(losses) != np.shape(log_variances) or np.shape(losses) != np.shape(regression):
        raise ValueError("shapes")
    if np.any(np.isnan(losses)) or np.any(losses <= 0):
        raise ValueError("a loss")
    losses = np.array(losses, np.float64)
    sigma = np.exp(np.array(log_variances, np.float64) / 2)
    factor = 1.0 - 0.5 * regression
    weights = factor / sigma**2
    return np.dot(weights, losses) + np.log(sigma).sum(), weights, 0.5 - losses * weights, np.log(losses * factor * 2)
