"""Plausible wrong answers to break_even_rank_count; the first line of each docstring is found in its failure."""

import math


def _check(m, n):
    if min(m, n) < 1:
        raise ValueError("m and n")


def equality_counts(m, n):
    """the rank of equality
    Solver's mistake.
    """
    _check(m, n)
    return m * n // (m + n)


def float_division(m, n):
    """floats, which hold 53 bits
    Solver's mistake.
    """
    _check(m, n)
    return math.ceil(m * n / (m + n)) - 1


def float_floor(m, n):
    """a division of floats|floats, which hold 53 bits
    Solver's mistake.
    """
    _check(m, n)
    rank = int(m * n / (m + n))
    return rank - (rank * (m + n) == m * n)


def half_of_the_side(m, n):
    """half of the smaller side
    Solver's mistake.
    """
    _check(m, n)
    return (min(m, n) - 1) // 2


def one_at_least(m, n):
    """where no rank saves anything, the answer is 0"""
    _check(m, n)
    return max(1, (m * n - 1) // (m + n))


def rounded(m, n):
    """the quotient was rounded to the nearest"""
    _check(m, n)
    rank = round(m * n / (m + n))
    return rank - (rank * (m + n) == m * n)


def smaller_side(m, n):
    """the smaller side, which is the largest rank
    Solver's mistake.
    """
    _check(m, n)
    return min(m, n)


def a_float(m, n):
    """expected integers, returned floats|expected .* the number"""
    _check(m, n)
    return (m * n - 1) / (m + n) // 1


def one_side_checked(m, n):
    """m and n must be at least 1"""
    if m < 1:
        raise ValueError("m")
    return (m * n - 1) // (m + n)
