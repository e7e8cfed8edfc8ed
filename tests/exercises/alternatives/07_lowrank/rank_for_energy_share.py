"""Right answers to rank_for_energy_share in other styles; each must pass."""

import math

import numpy as np


def walk_from_the_small_end(singular_values, *, share):
    """Give components away from the last one on, as long as what is lost may be lost."""
    if not share > 0 or share > 1:
        raise ValueError("share")
    if singular_values.ndim != 1 or not len(singular_values):
        raise ValueError("shape")
    s = singular_values.tolist()
    if min(s) < 0 or s != sorted(s, reverse=True):
        raise ValueError("no spectrum")
    if s[0] == 0:
        return 1
    squares = [(v / s[0]) ** 2 for v in s]
    allowed, lost, rank = (1 - share) * math.fsum(squares), 0.0, len(s)
    while rank > 1 and lost + squares[rank - 1] <= allowed:
        lost += squares[rank - 1]
        rank -= 1
    return rank


def count(singular_values, *, share):
    """The number of ranks that lose too much."""
    s = np.asarray(singular_values, np.longdouble)
    if s.ndim != 1 or s.size < 1 or not 0 < share <= 1 or (s < 0).any() or (s[1:] > s[:-1]).any():
        raise ValueError("share or singular_values")
    if not s.any():
        return 1
    energy = (s / s[0]) ** 2
    lost = np.array([energy[r:][::-1].sum() for r in range(len(s))])
    return max(int(np.count_nonzero(lost > (1 - share) * lost[0])), 1)
