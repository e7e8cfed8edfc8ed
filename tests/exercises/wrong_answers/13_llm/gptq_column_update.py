"""Plausible wrong answers to gptq_column_update; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _codes(w, j, scale, bits, rounding=np.rint):
    if bits < 2 or bits > 8 or j < 0 or j >= w.shape[1]:
        raise ValueError("bits or j")
    top = 2 ** (bits - 1) - 1
    return np.clip(rounding(w[:, j] / scale), -top, top)


def _result(w, j, codes, scale, change):
    updated = w.copy()
    updated[:, j + 1 :] += change[:, j + 1 :]
    updated[:, j] = scale * codes
    return codes.astype(np.int8), updated


def round_to_nearest(w, u, j, *, scale, bits=4):
    """the other columns were not updated"""
    codes = _codes(w, j, scale, bits)
    return _result(w, j, codes, scale, 0 * w)


def not_divided(w, u, j, *, scale, bits=4):
    """the error was not divided by u\\[j, j\\]"""
    codes = _codes(w, j, scale, bits)
    return _result(w, j, codes, scale, -np.outer(w[:, j] - scale * codes, u[j]))


def divided_twice(w, u, j, *, scale, bits=4):
    """divided by u\\[j, j\\]\\*\\*2"""
    codes = _codes(w, j, scale, bits)
    return _result(w, j, codes, scale, -np.outer(w[:, j] - scale * codes, u[j]) / u[j, j] ** 2)


def wrong_sign(w, u, j, *, scale, bits=4):
    """the update has the wrong sign
    Solver's mistake.
    """
    codes = _codes(w, j, scale, bits)
    return _result(w, j, codes, scale, np.outer((w[:, j] - scale * codes) / u[j, j], u[j]))


def column_of_the_factor(w, u, j, *, scale, bits=4):
    """below the diagonal u holds only zeros
    Solver's mistake.
    """
    codes = _codes(w, j, scale, bits)
    return _result(w, j, codes, scale, -np.outer((w[:, j] - scale * codes) / u[j, j], u[:, j]))


def row_of_the_inverse(w, u, j, *, scale, bits=4):
    """the row of inv\\(H\\) was used
    Solver's mistake.
    """
    codes = _codes(w, j, scale, bits)
    return _result(w, j, codes, scale, -np.outer((w[:, j] - scale * codes) / u[j, j], (u.T @ u)[j]))


def error_in_steps(w, u, j, *, scale, bits=4):
    """the error was taken in steps
    Solver's mistake.
    """
    codes = _codes(w, j, scale, bits)
    return _result(w, j, codes, scale, -np.outer((w[:, j] / scale - codes) / u[j, j], u[j]))


def error_before_the_clamp(w, u, j, *, scale, bits=4):
    """the error was taken before the clamp"""
    codes = _codes(w, j, scale, bits)
    error = w[:, j] - scale * np.rint(w[:, j] / scale)
    return _result(w, j, codes, scale, -np.outer(error / u[j, j], u[j]))


def column_left_alone(w, u, j, *, scale, bits=4):
    """column j was left as it was
    Solver's mistake.
    """
    codes = _codes(w, j, scale, bits)
    codes8, updated = _result(w, j, codes, scale, -np.outer((w[:, j] - scale * codes) / u[j, j], u[j]))
    updated[:, j] = w[:, j]
    return codes8, updated


def all_of_int8(w, u, j, *, scale, bits=4):
    """the grid is symmetric
    Solver's mistake.
    """
    _codes(w, j, scale, bits)
    codes = np.clip(np.rint(w[:, j] / scale), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return _result(w, j, codes, scale, -np.outer((w[:, j] - scale * codes) / u[j, j], u[j]))


def truncated(w, u, j, *, scale, bits=4):
    """the codes were truncated"""
    codes = _codes(w, j, scale, bits, np.trunc)
    return _result(w, j, codes, scale, -np.outer((w[:, j] - scale * codes) / u[j, j], u[j]))


def in_place(w, u, j, *, scale, bits=4):
    """after the call, w is
    Solver's mistake.
    """
    codes = _codes(w, j, scale, bits)
    error = (w[:, j] - scale * codes) / u[j, j]
    w[:, j:] -= np.outer(error, u[j, j:])
    return codes.astype(np.int8), w


def negative_index(w, u, j, *, scale, bits=4):
    """j must be in 0 \\.\\. in - 1
    Solver's mistake.
    """
    codes = _codes(w, j % w.shape[1], scale, bits)
    return _result(w, j, codes, scale, -np.outer((w[:, j] - scale * codes) / u[j, j], u[j]))
