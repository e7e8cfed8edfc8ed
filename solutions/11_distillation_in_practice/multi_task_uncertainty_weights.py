"""Reference answer: task weights from learned uncertainties."""

import numpy as np


def multi_task_uncertainty_weights(
    losses: np.ndarray, log_variances: np.ndarray, regression: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(total, weights, gradient, best)`` of losses weighted by learned uncertainties."""
    if not losses.shape == log_variances.shape == regression.shape:
        raise ValueError(f"shapes differ: {losses.shape}, {log_variances.shape}, {regression.shape}")
    if not (losses > 0).all():  # a NaN is not above 0 either
        raise ValueError(f"every loss must be above 0; got {losses}")
    s = log_variances.astype(np.float64)  # and with it all that it meets

    # A Gaussian of variance sigma^2 costs error^2 / (2 sigma^2) + ln sigma: the 1/2 is the Gaussian's. A softmax with
    # logits / sigma^2 costs about cross-entropy / sigma^2 + ln sigma. And ln sigma is s / 2, since s = ln sigma^2.
    # Learning s and not sigma keeps the variance positive without a constraint, and divides by nothing.
    c = np.where(regression, 0.5, 1.0)
    weights = c * np.exp(-s)
    total = np.sum(weights * losses + s / 2)

    # d exp(-s) = -exp(-s): a task whose weighted loss exceeds 1/2 raises its variance and loses weight; s / 2 is what
    # keeps every task from being switched off. Balance: c exp(-s) L = 1/2.
    gradient = 0.5 - weights * losses
    best = np.log(2 * c * losses)
    return total, weights, gradient, best
