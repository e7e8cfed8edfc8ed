"""Plausible wrong answers to bias_correction; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _normal(w, w_q, mean, std):
    from scipy.special import ndtr

    if w.shape != w_q.shape or (std < 0).any():
        raise ValueError("w_q or std")
    t = mean / np.where(std > 0, std, 1)
    return t, np.exp(-0.5 * t**2) / np.sqrt(2 * np.pi), ndtr(t)


def _expected(w, w_q, mean, std, value=None):
    _, density, below = _normal(w, w_q, mean, std)
    value = std * density + mean * below if value is None else value
    return np.where(std > 0, value, np.maximum(mean, 0))


def sign_of_the_shift(w, w_q, b, *, mean, std):
    """the shift was subtracted
    Solver's mistake.
    """
    return b - (w - w_q) @ _expected(w, w_q, mean, std)


def bias_forgotten(w, w_q, b, *, mean, std):
    """the old bias b is missing
    Solver's mistake.
    """
    return (w - w_q) @ _expected(w, w_q, mean, std)


def whole_output(w, w_q, b, *, mean, std):
    """the output of the quantized layer was subtracted in full"""
    return b - w_q @ _expected(w, w_q, mean, std)


def without_the_relu(w, w_q, b, *, mean, std):
    """as if there were no ReLU
    Solver's mistake.
    """
    _expected(w, w_q, mean, std)
    return b + (w - w_q) @ mean


def relu_of_the_mean(w, w_q, b, *, mean, std):
    """the ReLU of a mean is not the mean of the ReLU
    Solver's mistake.
    """
    _expected(w, w_q, mean, std)
    return b + (w - w_q) @ np.maximum(mean, 0)


def density_alone(w, w_q, b, *, mean, std):
    """the term mean \\* Phi\\(t\\) is missing"""
    _, density, _ = _normal(w, w_q, mean, std)
    return b + (w - w_q) @ _expected(w, w_q, mean, std, std * density)


def density_not_normalized(w, w_q, b, *, mean, std):
    """phi was not divided by sqrt\\(2 pi\\)
    Solver's mistake.
    """
    t, _, below = _normal(w, w_q, mean, std)
    return b + (w - w_q) @ _expected(w, w_q, mean, std, std * np.exp(-0.5 * t**2) + mean * below)


def density_without_the_half(w, w_q, b, *, mean, std):
    """phi has t\\*\\*2 without the half"""
    t, _, below = _normal(w, w_q, mean, std)
    value = std * np.exp(-(t**2)) / np.sqrt(2 * np.pi) + mean * below
    return b + (w - w_q) @ _expected(w, w_q, mean, std, value)


def other_tail(w, w_q, b, *, mean, std):
    """Phi was taken at -t"""
    _, density, below = _normal(w, w_q, mean, std)
    return b + (w - w_q) @ _expected(w, w_q, mean, std, std * density + mean * (1 - below))


def density_not_scaled(w, w_q, b, *, mean, std):
    """phi was not multiplied by std"""
    _, density, below = _normal(w, w_q, mean, std)
    return b + (w - w_q) @ _expected(w, w_q, mean, std, density + mean * below)


def divides_by_zero(w, w_q, b, *, mean, std):
    """nan
    Solver's mistake.
    """
    _, density, below = _normal(w, w_q, mean, std)
    with np.errstate(all="ignore"):
        value = std * density * (std / std) + mean * below
    return b + (w - w_q) @ value


def constants_are_zero(w, w_q, b, *, mean, std):
    """where std is 0, E\\[relu\\(z\\)\\] is max\\(mean, 0\\), not 0"""
    e = np.where(std > 0, _expected(w, w_q, mean, std), 0)
    return b + (w - w_q) @ e


def corrects_the_wrong_axis(w, w_q, b, *, mean, std):
    """W - W_q was transposed
    Solver's mistake.
    """
    return b + _expected(w, w_q, mean, std) @ (w - w_q)
