"""Plausible wrong answers to hard_concrete_gate; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _sigmoid(a):
    return 1 / (1 + np.exp(-a))


def _checked(log_alpha, u, beta, gamma, zeta):
    if not (beta > 0 and gamma < 0 and zeta > 1):
        raise ValueError("beta, gamma or zeta")
    if u is not None and (u.shape != log_alpha.shape or not ((u > 0) & (u < 1)).all()):
        raise ValueError("u")
    return log_alpha.astype(np.float64), None if u is None else u.astype(np.float64)


def _z(a, u, beta, gamma, zeta):
    logit = a if u is None else (np.log(u) - np.log(1 - u) + a) / beta
    return np.clip(_sigmoid(logit) * (zeta - gamma) + gamma, 0, 1)


def _l0(a, beta, gamma, zeta):
    return float(_sigmoid(a - beta * np.log(-gamma / zeta)).sum())


def beta_in_inference(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """there is none in inference"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    noise = 0 if u is None else np.log(u) - np.log(1 - u)
    z = np.clip(_sigmoid((noise + a) / beta) * (zeta - gamma) + gamma, 0, 1)
    return z, _l0(a, beta, gamma, zeta)


def sign_in_the_norm(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """the expected L0 has the wrong sign"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    return _z(a, u, beta, gamma, zeta), float(_sigmoid(a + beta * np.log(-gamma / zeta)).sum())


def norm_without_beta(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """the expected L0 lacks beta"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    return _z(a, u, beta, gamma, zeta), float(_sigmoid(a - np.log(-gamma / zeta)).sum())


def counts_the_sample(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """counts the open gates of this sample"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    z = _z(a, u, beta, gamma, zeta)
    return z, float(np.count_nonzero(z))


def sums_the_gates(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """the expected L0 is the sum of the gates"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    z = _z(a, u, beta, gamma, zeta)
    return z, float(z.sum())


def plain_sigmoid_as_probability(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """the expected L0 ignores the stretch"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    return _z(a, u, beta, gamma, zeta), float(_sigmoid(a).sum())


def mean_probability(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """the expected L0 is a mean"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    return _z(a, u, beta, gamma, zeta), _l0(a, beta, gamma, zeta) / max(a.size, 1)


def not_stretched(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """the gate was not stretched"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    logit = a if u is None else (np.log(u) - np.log(1 - u) + a) / beta
    return np.clip(_sigmoid(logit), 0, 1), _l0(a, beta, gamma, zeta)


def not_clamped(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """the gate was not clamped"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    logit = a if u is None else (np.log(u) - np.log(1 - u) + a) / beta
    return _sigmoid(logit) * (zeta - gamma) + gamma, _l0(a, beta, gamma, zeta)


def temperature_on_the_noise_only(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """beta divides the noise only"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    logit = a if u is None else (np.log(u) - np.log(1 - u)) / beta + a
    return np.clip(_sigmoid(logit) * (zeta - gamma) + gamma, 0, 1), _l0(a, beta, gamma, zeta)


def half_the_noise(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """log\\(1 - u\\) is missing"""
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    logit = a if u is None else (np.log(u) + a) / beta
    return np.clip(_sigmoid(logit) * (zeta - gamma) + gamma, 0, 1), _l0(a, beta, gamma, zeta)


def accepts_the_ends(log_alpha, u=None, *, beta=2 / 3, gamma=-0.1, zeta=1.1):
    """expected ValueError, returned .*strictly between 0 and 1"""
    if u is not None:
        if u.shape != log_alpha.shape:
            raise ValueError("u")
        u = np.clip(u, 1e-7, 1 - 1e-7)
    a, u = _checked(log_alpha, u, beta, gamma, zeta)
    return _z(a, u, beta, gamma, zeta), _l0(a, beta, gamma, zeta)
