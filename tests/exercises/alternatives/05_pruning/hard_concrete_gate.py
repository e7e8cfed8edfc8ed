"""Right answers to hard_concrete_gate in other styles; each must pass."""

import math

import numpy as np


def odds(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """No logarithms of the noise: everything as odds s / (1 - s)."""
    if beta <= 0 or gamma >= 0 or not zeta > 1:
        raise ValueError("beta, gamma or zeta")
    alpha = np.exp(log_alpha.astype(np.float64))
    if u is None:
        s = alpha / (1 + alpha)
    else:
        if u.shape != log_alpha.shape or not np.all((u > 0) & (u < 1)):
            raise ValueError("u")
        u = u.astype(np.float64)
        ratio = (alpha * u / (1 - u)) ** (1 / beta)
        s = ratio / (1 + ratio)
    z = np.minimum(1.0, np.maximum(0.0, gamma + (zeta - gamma) * s))
    return np.asarray(z), float(np.sum(alpha / (alpha + (-gamma / zeta) ** beta)))


def loops(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """One gate at a time, with math."""
    if not beta > 0 or not gamma < 0 or not zeta > 1 or (u is not None and u.shape != log_alpha.shape):
        raise ValueError("beta, gamma, zeta or u")
    z, total = np.empty(log_alpha.shape), 0.0
    for place in np.ndindex(log_alpha.shape):
        a = float(log_alpha[place])
        total += 0.5 + 0.5 * math.tanh((a - beta * (math.log(-gamma) - math.log(zeta))) / 2)
        if u is not None:
            noise = float(u[place])
            if not 0 < noise < 1:
                raise ValueError("u")
            a = (math.log(noise / (1 - noise)) + a) / beta
        s = 0.5 + 0.5 * math.tanh(a / 2)
        z[place] = min(max(s * (zeta - gamma) + gamma, 0.0), 1.0)
    return z, total
