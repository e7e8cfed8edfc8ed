"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _errors(layers, bits, levels=None, axis=1, error="output", rounding=np.rint, guard=True):
    if not 2 <= bits <= 8:
        raise ValueError("bits")
    levels = levels or 2 ** (bits - 1) - 1
    found = {}
    for name, (w, x) in layers.items():
        w, x = w.astype(float), x.astype(float)
        most = np.abs(w).max(axis=axis, keepdims=True)
        scale = np.where(most > 0, most / levels, 1.0)
        gap = scale * rounding(w / scale) - w
        top, size = np.linalg.norm(x @ gap.T), np.linalg.norm(x @ w.T)
        if error == "weight":
            top, size = np.linalg.norm(gap), np.linalg.norm(w)
        if error == "absolute":
            size = 1.0
        if error == "square":
            top, size = top**2, size**2
        with np.errstate(all="ignore"):
            found[name] = float(top / size) if size or not guard else 0.0
    return found


def _order(errors):
    return errors, sorted(errors, key=lambda n: -errors[n])


def weight_error(layers, *, bits=4):
    """that of the output x w\\^T is asked for
    Solver's mistake.
    """
    return _order(_errors(layers, bits, error="weight"))


def absolute(layers, *, bits=4):
    """the error was not divided by the norm of the output"""
    return _order(_errors(layers, bits, error="absolute"))


def squared(layers, *, bits=4):
    """the squared error; the ratio of the norms
    Solver's mistake.
    """
    return _order(_errors(layers, bits, error="square"))


def per_tensor(layers, *, bits=4):
    """one scale for the whole matrix"""
    return _order(_errors(layers, bits, axis=None))


def per_column(layers, *, bits=4):
    """one scale for each column
    Solver's mistake.
    """
    return _order(_errors(layers, bits, axis=0))


def one_level_more(layers, *, bits=4):
    """the last code is 2\\*\\*\\(bits - 1\\) - 1
    Solver's mistake.
    """
    return _order(_errors(layers, bits, levels=2 ** (bits - 1)))


def all_levels(layers, *, bits=4):
    """half of them are negative"""
    return _order(_errors(layers, bits, levels=2**bits - 1))


def half_up(layers, *, bits=4):
    """a half was rounded up
    Solver's mistake.
    """
    return _order(_errors(layers, bits, rounding=lambda v: np.floor(v + 0.5)))


def ascending(layers, *, bits=4):
    """the least sensitive comes first"""
    errors = _errors(layers, bits)
    return errors, sorted(errors, key=errors.get)


def reversed_ties(layers, *, bits=4):
    """names of equal error came in reverse
    Solver's mistake.
    """
    errors = _errors(layers, bits)
    return errors, sorted(errors, key=errors.get)[::-1]


def by_the_alphabet(layers, *, bits=4):
    """were sorted by the alphabet
    Solver's mistake.
    """
    errors = _errors(layers, bits)
    return errors, sorted(errors, key=lambda n: (-errors[n], n))


def unguarded(layers, *, bits=4):
    """guard both divisions
    Solver's mistake.
    """
    return _order(_errors(layers, bits, guard=False))
