"""Plausible wrong answers to topk_error_feedback; the first line of each docstring is in the failure it gets."""

import numpy as np


def _checked(gradient, residual, k):
    if gradient.shape != residual.shape or not 0 < k <= gradient.size:
        raise ValueError("arguments")
    return (gradient + residual).flatten()


def _first(scores, k):
    return np.sort(np.argsort(-scores, kind="stable")[:k])


def residual_set_to_zero(gradient, residual, *, k):
    """the rounding error \\(舍入误差\\) of the sent entries is lost
    Solver's mistake.
    """
    wanted = _checked(gradient, residual, k)
    indices = _first(np.abs(wanted), k)
    values = wanted[indices].astype(np.float16)
    wanted[indices] = 0
    return indices, values, wanted.reshape(gradient.shape)


def no_memory(gradient, residual, *, k):
    """the residual was not added"""
    _checked(gradient, residual, k)
    wanted = gradient.astype(np.float64).flatten()
    indices = _first(np.abs(wanted), k)
    values = wanted[indices].astype(np.float16)
    wanted[indices] -= values
    return indices, values, wanted.reshape(gradient.shape)


def chosen_by_the_gradient(gradient, residual, *, k):
    """the entries were chosen by the gradient alone
    Solver's mistake.
    """
    wanted = _checked(gradient, residual, k)
    indices = _first(np.abs(gradient.flatten()), k)
    values = wanted[indices].astype(np.float16)
    wanted[indices] -= values
    return indices, values, wanted.reshape(gradient.shape)


def without_magnitude(gradient, residual, *, k):
    """the largest entries with their sign"""
    wanted = _checked(gradient, residual, k)
    indices = _first(wanted, k)
    values = wanted[indices].astype(np.float16)
    wanted[indices] -= values
    return indices, values, wanted.reshape(gradient.shape)


def by_magnitude_order(gradient, residual, *, k):
    """the indices are in order of magnitude
    Solver's mistake.
    """
    wanted = _checked(gradient, residual, k)
    indices = np.argsort(-np.abs(wanted), kind="stable")[:k]
    values = wanted[indices].astype(np.float16)
    wanted[indices] -= values
    return indices, values, wanted.reshape(gradient.shape)


def last_of_equals(gradient, residual, *, k):
    """of equally large entries the last were sent
    Solver's mistake.
    """
    wanted = _checked(gradient, residual, k)
    indices = np.sort(np.argsort(np.abs(wanted), kind="stable")[-k:])
    values = wanted[indices].astype(np.float16)
    wanted[indices] -= values
    return indices, values, wanted.reshape(gradient.shape)


def rounded_first(gradient, residual, *, k):
    """the entries were chosen after the rounding
    Solver's mistake.
    """
    wanted = _checked(gradient, residual, k)
    narrow = wanted.astype(np.float16)
    indices = _first(np.abs(narrow), k)
    wanted[indices] -= narrow[indices]
    return indices, narrow[indices], wanted.reshape(gradient.shape)


def column_by_column(gradient, residual, *, k):
    """the places were counted column by column"""
    _checked(gradient, residual, k)
    wanted = (gradient + residual).flatten(order="F")
    indices = _first(np.abs(wanted), k)
    values = wanted[indices].astype(np.float16)
    wanted[indices] -= values
    return indices, values, wanted.reshape(gradient.shape, order="F")


def double_precision_values(gradient, residual, *, k):
    """the values are not float16
    Solver's mistake.
    """
    wanted = _checked(gradient, residual, k)
    indices = _first(np.abs(wanted), k)
    values = wanted[indices]
    wanted[indices] = 0
    return indices, values, wanted.reshape(gradient.shape)


def updates_in_place(gradient, residual, *, k):
    """after the call, residual is
    Solver's mistake.
    """
    _checked(gradient, residual, k)
    residual += gradient
    wanted = residual.reshape(-1)
    indices = _first(np.abs(wanted), k)
    values = wanted[indices].astype(np.float16)
    wanted[indices] -= values
    return indices, values, wanted.reshape(gradient.shape)


def old_residual_forgotten(gradient, residual, *, k):
    """the new residual is what was not sent of the gradient"""
    wanted = _checked(gradient, residual, k)
    indices = _first(np.abs(wanted), k)
    rest = gradient.astype(np.float64).flatten()
    rest[indices] = 0
    return indices, wanted[indices].astype(np.float16), rest.reshape(gradient.shape)
