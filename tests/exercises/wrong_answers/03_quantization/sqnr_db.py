"""Plausible wrong answers to sqnr_db; the first line of each docstring is found in the failure it gets."""

import math

import numpy as np


def _checked(x, x_hat):
    if x.shape != x_hat.shape or x.size == 0 or not (np.isfinite(x).all() and np.isfinite(x_hat).all()):
        raise ValueError("shape, size or values")
    if not x.any():
        raise ValueError("no signal")
    return x.astype(np.float64), x_hat.astype(np.float64)


def twenty_log(x, x_hat):
    """that factor belongs to amplitudes
    Solver's mistake.
    """
    x, y = _checked(x, x_hat)
    noise = np.sum((x - y) ** 2)
    return math.inf if noise == 0 else float(20 * np.log10(np.sum(x**2) / noise))


def upside_down(x, x_hat):
    """the ratio is upside down"""
    x, y = _checked(x, x_hat)
    noise = np.sum((x - y) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(noise / np.sum(x**2)))


def natural_logarithm(x, x_hat):
    """the natural logarithm"""
    x, y = _checked(x, x_hat)
    noise = np.sum((x - y) ** 2)
    return math.inf if noise == 0 else 10 * math.log(np.sum(x**2) / noise)


def variances(x, x_hat):
    """both means were subtracted
    Solver's mistake.
    """
    x, y = _checked(x, x_hat)
    noise = np.var(x - y)
    return math.inf if noise == 0 else float(10 * np.log10(np.var(x) / noise))


def variance_of_the_error(x, x_hat):
    """the mean of the error was subtracted"""
    x, y = _checked(x, x_hat)
    noise = (x - y).var()
    return math.inf if noise == 0 else float(10 * np.log10((x * x).mean() / noise))


def power_of_x_hat(x, x_hat):
    """the power of x_hat was taken
    Solver's mistake.
    """
    x, y = _checked(x, x_hat)
    noise = np.sum((x - y) ** 2)
    with np.errstate(divide="ignore"):
        return math.inf if noise == 0 else float(10 * np.log10(np.sum(y**2) / noise))


def peak_signal(x, x_hat):
    """the peak of x was taken \\(PSNR\\)
    Solver's mistake.
    """
    x, y = _checked(x, x_hat)
    noise = np.mean((x - y) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(np.abs(x).max() ** 2 / noise))


def sum_over_mean(x, x_hat):
    """one sum was divided by the number of elements"""
    x, y = _checked(x, x_hat)
    noise = np.mean((x - y) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(np.sum(x**2) / noise))


def absolute_values(x, x_hat):
    """absolute values were summed"""
    x, y = _checked(x, x_hat)
    noise = np.abs(x - y).sum()
    return math.inf if noise == 0 else float(10 * np.log10(np.abs(x).sum() / noise))


def bel(x, x_hat):
    """that is bel, not decibel"""
    x, y = _checked(x, x_hat)
    noise = np.sum((x - y) ** 2)
    return math.inf if noise == 0 else float(np.log10(np.sum(x**2) / noise))


def epsilon_in_the_noise(x, x_hat):
    """without noise the ratio is inf
    Solver's mistake.
    """
    x, y = _checked(x, x_hat)
    return float(10 * np.log10(np.sum(x**2) / (np.sum((x - y) ** 2) + 1e-12)))


def own_dtype(x, x_hat):
    """expected .*, returned (nan|inf)
    Solver's mistake.
    """
    _checked(x, x_hat)
    noise = np.sum((x - x_hat) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(np.sum(x**2) / noise))


def broadcasts(x, x_hat):
    """do not broadcast
    Solver's mistake.
    """
    if not x.size or not x.any() or not (np.isfinite(x).all() and np.isfinite(x_hat).all()):
        raise ValueError("no signal")
    x, y = x.astype(np.float64), x_hat.astype(np.float64)
    noise = np.mean((x - y) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(np.mean(x**2) / noise))


def zero_signal_is_minus_infinity(x, x_hat):
    """there is no signal
    Solver's mistake.
    """
    if x.shape != x_hat.shape or not x.size or not (np.isfinite(x).all() and np.isfinite(x_hat).all()):
        raise ValueError("shapes")
    x, y = x.astype(np.float64), x_hat.astype(np.float64)
    power, noise = np.sum(x**2), np.sum((x - y) ** 2)
    if noise == 0:
        return math.inf
    return -math.inf if power == 0 else float(10 * np.log10(power / noise))


def per_row(x, x_hat):
    """expected a single number, returned shape"""
    x, y = _checked(x, x_hat)
    with np.errstate(all="ignore"):
        return 10 * np.log10((x**2).sum(axis=-1) / ((x - y) ** 2).sum(axis=-1))


def no_noise_raises(x, x_hat):
    """ZeroDivisionError
    Solver's mistake.
    """
    x, y = _checked(x, x_hat)
    return 10 * math.log10(math.fsum(x.ravel() ** 2) / math.fsum((x - y).ravel() ** 2))


def subtracts_in_place(x, x_hat):
    """after the call, x_hat is"""
    a, _ = _checked(x, x_hat)
    x_hat -= x.astype(x_hat.dtype)
    noise = np.sum(x_hat.astype(np.float64) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(np.sum(a**2) / noise))
