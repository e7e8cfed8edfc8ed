"""Reference answer: the hard concrete gate and its expected L0 norm."""

import numpy as np


def hard_concrete_gate(
    log_alpha: np.ndarray,
    u: np.ndarray | None = None,
    *,
    beta: float = 2 / 3,
    gamma: float = -0.1,
    zeta: float = 1.1,
) -> tuple[np.ndarray, float]:
    """Return ``(z, expected_l0)``: the gates, and the sum of their probabilities of not being 0."""
    if not (beta > 0 and gamma < 0 and zeta > 1):
        raise ValueError(f"beta > 0, gamma < 0 and zeta > 1 must hold; got {beta}, {gamma} and {zeta}")
    log_alpha = log_alpha.astype(np.float64)
    logit = log_alpha
    if u is not None:
        if u.shape != log_alpha.shape or not ((u > 0) & (u < 1)).all():
            raise ValueError("u must have the shape of log_alpha and lie strictly between 0 and 1")
        u = u.astype(np.float64)
        # The logit of a uniform number is logistic noise: this is the relaxed Bernoulli at temperature beta.
        logit = (np.log(u) - np.log(1 - u) + log_alpha) / beta

    # Stretched to (gamma, zeta) and clamped, the ends 0 and 1 have positive probability: that is what prunes.
    z = np.clip(_sigmoid(logit) * (zeta - gamma) + gamma, 0, 1)

    # z > 0  <=>  s > -gamma / (zeta - gamma)  <=>  logit of s > log(-gamma / zeta)
    #        <=>  noise > beta * log(-gamma / zeta) - log_alpha, and P(noise > -a) = sigmoid(a).
    is_open = _sigmoid(log_alpha - beta * np.log(-gamma / zeta))
    return z, is_open.sum()


def _sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))
