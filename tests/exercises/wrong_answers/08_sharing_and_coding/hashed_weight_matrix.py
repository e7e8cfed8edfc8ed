"""Plausible wrong answers to hashed_weight_matrix; the first line of each docstring is in the failure it gets."""

import numpy as np


def _checked(c, x, grad_y):
    if c.ndim != 1 or c.size == 0 or x.ndim != 2 or grad_y.ndim != 2 or len(x) != len(grad_y):
        raise ValueError("shapes")
    return np.arange(grad_y.shape[1])[:, None], np.arange(x.shape[1])


def _tables(c, x, grad_y, seed):
    i, j = _checked(c, x, grad_y)
    t = (2654435761 * i + 2246822519 * j + seed) % 2**32
    return (t ^ (t >> 16)) % c.size, np.where(t >= 2**31, -1.0, 1.0)


def one_addition_for_each_value(c, x, grad_y, *, seed=0):
    """keeps one addition for each value
    Solver's mistake.
    """
    place, sign = _tables(c, x, grad_y, seed)
    grad_c = np.zeros(c.size)
    grad_c[place] += sign * (grad_y.T @ x)
    return x @ (sign * c[place]).T, grad_c


def sign_forward_only(c, x, grad_y, *, seed=0):
    """the sign is met in the forward pass only
    Solver's mistake.
    """
    place, sign = _tables(c, x, grad_y, seed)
    grad_c = np.zeros(c.size)
    np.add.at(grad_c, place, grad_y.T @ x)
    return x @ (sign * c[place]).T, grad_c


def rows_and_columns_exchanged(c, x, grad_y, *, seed=0):
    """rows and columns are exchanged in the hash
    Solver's mistake.
    """
    j, i = _checked(c, x, grad_y)
    t = (2654435761 * i + 2246822519 * j + seed) % 2**32
    place, sign = (t ^ (t >> 16)) % c.size, np.where(t >= 2**31, -1.0, 1.0)
    grad_c = np.zeros(c.size)
    np.add.at(grad_c, place, sign * (grad_y.T @ x))
    return x @ (sign * c[place]).T, grad_c


def remainder_before_exclusive_or(c, x, grad_y, *, seed=0):
    """the remainder mod K was taken before the XOR
    Solver's mistake.
    """
    i, j = _checked(c, x, grad_y)
    t = (2654435761 * i + 2246822519 * j + seed) % 2**32
    place, sign = (t ^ ((t >> 16) % c.size)) % c.size, np.where(t >= 2**31, -1.0, 1.0)
    grad_c = np.zeros(c.size)
    np.add.at(grad_c, place, sign * (grad_y.T @ x))
    return x @ (sign * c[place]).T, grad_c


def no_reduction(c, x, grad_y, *, seed=0):
    """t was not reduced mod 2\\*\\*32
    Solver's mistake.
    """
    i, j = _checked(c, x, grad_y)
    t = 2654435761 * i + 2246822519 * j + seed
    place, sign = (t ^ (t >> 16)) % c.size, np.where(t >= 2**31, -1.0, 1.0)
    grad_c = np.zeros(c.size)
    np.add.at(grad_c, place, sign * (grad_y.T @ x))
    return x @ (sign * c[place]).T, grad_c


def without_exclusive_or(c, x, grad_y, *, seed=0):
    """the XOR with t >> 16 is missing"""
    i, j = _checked(c, x, grad_y)
    t = (2654435761 * i + 2246822519 * j + seed) % 2**32
    sign = np.where(t >= 2**31, -1.0, 1.0)
    grad_c = np.zeros(c.size)
    np.add.at(grad_c, t % c.size, sign * (grad_y.T @ x))
    return x @ (sign * c[t % c.size]).T, grad_c


def power_for_exclusive_or(c, x, grad_y, *, seed=0):
    """XOR was taken for a sum"""
    i, j = _checked(c, x, grad_y)
    t = (2654435761 * i + 2246822519 * j + seed) % 2**32
    place, sign = (t + (t >> 16)) % c.size, np.where(t >= 2**31, -1.0, 1.0)
    grad_c = np.zeros(c.size)
    np.add.at(grad_c, place, sign * (grad_y.T @ x))
    return x @ (sign * c[place]).T, grad_c


def no_sign(c, x, grad_y, *, seed=0):
    """the sign of the hash is missing"""
    place, _ = _tables(c, x, grad_y, seed)
    grad_c = np.zeros(c.size)
    np.add.at(grad_c, place, grad_y.T @ x)
    return x @ c[place].T, grad_c


def averaged_over_the_batch(c, x, grad_y, *, seed=0):
    """grad_c was averaged over the batch
    Solver's mistake.
    """
    place, sign = _tables(c, x, grad_y, seed)
    grad_c = np.zeros(c.size)
    np.add.at(grad_c, place, sign * (grad_y.T @ x) / len(x))
    return x @ (sign * c[place]).T, grad_c


def gradient_of_the_matrix(c, x, grad_y, *, seed=0):
    """the gradient of W was returned"""
    place, sign = _tables(c, x, grad_y, seed)
    return x @ (sign * c[place]).T, grad_y.T @ x


def sign_above_the_border(c, x, grad_y, *, seed=0):
    """the sign changes at t >= 2\\*\\*31, at this number itself"""
    i, j = _checked(c, x, grad_y)
    t = (2654435761 * i + 2246822519 * j + seed) % 2**32
    place, sign = (t ^ (t >> 16)) % c.size, np.where(t > 2**31, -1.0, 1.0)
    grad_c = np.zeros(c.size)
    np.add.at(grad_c, place, sign * (grad_y.T @ x))
    return x @ (sign * c[place]).T, grad_c
