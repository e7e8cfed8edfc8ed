"""Right answers to break_even_rank_count in other styles; each must pass."""

from fractions import Fraction
from math import ceil


def resistors_in_parallel(m, n):
    """1 / (1 / m + 1 / n), in rational numbers."""
    if m < 1 or n < 1:
        raise ValueError("m and n")
    return ceil(1 / (Fraction(1, m) + Fraction(1, n))) - 1


def bisection(m, n):
    """The condition is true up to a rank and false from then on."""
    if m <= 0 or n <= 0:
        raise ValueError("m and n")
    low, high = 0, min(m, n)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle * (m + n) < m * n else (low, middle)
    return low
