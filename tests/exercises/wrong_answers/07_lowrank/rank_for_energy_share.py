"""Plausible wrong answers to rank_for_energy_share; the first line of each docstring is found in its failure."""

import numpy as np


def _checked(singular_values, share):
    if not 0 < share <= 1 or singular_values.ndim != 1 or singular_values.size == 0:
        raise ValueError("share or shape")
    s = singular_values.astype(np.float64)
    if s.min() < 0 or (np.diff(s) > 0).any():
        raise ValueError("no spectrum")
    return s / (s[0] or 1.0)


def _rank(lost, allowed):
    return max(1, int(np.argmax(lost <= allowed)))


def _lost(squares):
    return np.append(np.cumsum(squares[::-1])[::-1], 0.0)


def values_not_squares(singular_values, *, share):
    """the values were added up, not their squares
    Solver's mistake.
    """
    lost = _lost(_checked(singular_values, share))
    return _rank(lost, (1 - share) * lost[0])


def kept_is_counted(singular_values, *, share):
    """a small value vanishes in a large sum
    Solver's mistake.
    """
    kept = np.cumsum(_checked(singular_values, share) ** 2)
    return int(np.argmax(kept >= share * kept[-1])) + 1


def squares_overflow(singular_values, *, share):
    """expected 2, returned 1|overflow
    Solver's mistake.
    """
    _checked(singular_values, share)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        lost = _lost(singular_values.astype(np.float64) ** 2)
        return _rank(lost, (1 - share) * lost[0])


def an_index(singular_values, *, share):
    """an index, which counts from 0
    Solver's mistake.
    """
    kept = np.cumsum(_checked(singular_values, share) ** 2)
    return int(np.searchsorted(kept, share * kept[-1]))


def error_squared_again(singular_values, *, share):
    """the error was bounded, not its square"""
    lost = _lost(_checked(singular_values, share) ** 2)
    return _rank(lost, (1 - share) ** 2 * lost[0])


def share_of_what_is_lost(singular_values, *, share):
    """the energy \\(能量\\) that is left, not the one that is kept
    Solver's mistake.
    """
    lost = _lost(_checked(singular_values, share) ** 2)
    return _rank(lost, share * lost[0])


def strictly_less(singular_values, *, share):
    """at equality \\(恰好相等\\) r is enough"""
    lost = _lost(_checked(singular_values, share) ** 2)
    return int(np.argmax(lost < (1 - share) * lost[0])) or len(singular_values)


def share_of_the_largest(singular_values, *, share):
    """the share of the largest value"""
    s = _checked(singular_values, share)
    return max(1, int((s >= share * s[0]).sum()))


def zero_rank(singular_values, *, share):
    """expected 1, returned 0"""
    lost = _lost(_checked(singular_values, share) ** 2)
    return int(np.argmax(lost <= (1 - share) * lost[0]))


def takes_any_order(singular_values, *, share):
    """singular values are at least 0 and do not rise
    Solver's mistake.
    """
    if not 0 < share <= 1 or singular_values.ndim != 1 or singular_values.size == 0:
        raise ValueError("share or shape")
    s = np.sort(singular_values.astype(np.float64))[::-1]
    lost = _lost((s / (s[0] or 1.0)) ** 2)
    return _rank(lost, (1 - share) * lost[0])
