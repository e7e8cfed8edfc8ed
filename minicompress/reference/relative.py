"""Relative indices: the number of zeros before each kept position, in few bits, with a filler where a gap is too long.

    kept positions     1       4                              15          3 bits: a gap holds at most 7 zeros
    gaps               1       2       7 (filler at 12)       2

A filler is a stored entry of value 0. Source: Han et al. 2016, arXiv:1510.00149, figure 2 (its differences are our
gaps + 1).
"""

from __future__ import annotations

import numpy as np

__all__ = ["relative_gaps", "relative_positions"]


def relative_gaps(positions: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Gaps uint8 below 2**bits of rising ``positions`` (n,), and which of them (bool) are fillers.

    >>> relative_gaps(np.array([1, 4, 15]), 3)
    (array([1, 2, 7, 2], dtype=uint8), array([False, False,  True, False]))
    """
    reach = 2**bits  # positions that one entry, filler or not, can move on
    step = np.diff(positions, prepend=-1)
    fillers = (step - 1) // reach
    ends = np.cumsum(fillers + 1)
    gaps = np.full(int(ends[-1]) if ends.size else 0, reach - 1, np.uint8)
    gaps[ends - 1] = step - 1 - fillers * reach
    is_filler = np.ones(gaps.size, bool)
    is_filler[ends - 1] = False
    return gaps, is_filler


def relative_positions(gaps: np.ndarray) -> np.ndarray:
    """Positions int64 of all entries, fillers included.

    >>> relative_positions(np.uint8([1, 2, 7, 2]))
    array([ 1,  4, 12, 15])
    """
    return np.cumsum(gaps.astype(np.int64) + 1) - 1
