"""Codes for a list of levels: the nearest level, and the two lists that NF4 needs.

NF4's levels are quantiles of the normal distribution, one more above 0 than below, scaled to [-1, 1]:

    negative  -Phi^-1 of 7 evenly spaced points,  0,  Phi^-1 of 8 points;  the outermost at probability 0.9677083

Source: Dettmers et al. 2023, arXiv:2305.14314 (levels as in bitsandbytes); the 8-bit dynamic levels of its scales:
Dettmers 2015, arXiv:1511.04561.
"""

from __future__ import annotations

import functools
import statistics

import numpy as np

__all__ = ["dynamic_levels", "nearest_level", "nf4_levels"]


def nearest_level(x: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Index (int64) of the nearest of rising ``levels`` (k,) for each ``x``; half way, the lower.

    The half-way points are rounded to the type of ``levels``.

    >>> nearest_level(np.array([-9, 0.5, 0.6]), np.array([0.0, 1.0, 4.0]))
    array([0, 0, 1])
    """
    return np.searchsorted((levels[:-1] + levels[1:]) / 2, x, side="left")


@functools.cache
def nf4_levels() -> np.ndarray:
    """The 16 levels of NF4: float32, rising from -1 to 1, level 7 is 0.

    >>> nf4_levels()[[0, 1, 7, 15]]
    array([-1.       , -0.6961928,  0.       ,  1.       ], dtype=float32)
    """
    quantile = statistics.NormalDist().inv_cdf
    above = [quantile(p) for p in _evenly(0.9677083, 0.5, 9)[:-1].tolist()]
    below = [-quantile(p) for p in _evenly(0.9677083, 0.5, 8)[:-1].tolist()]
    levels = np.array(sorted([*below, 0.0, *above]), np.float32)
    return _locked(levels / levels[-1])


@functools.cache
def dynamic_levels() -> np.ndarray:
    """The 256 levels of the signed 8-bit dynamic type: float32, rising from -0.993 to 1.

    A run of i leading zeros is the decimal exponent; the bits after it, 6 - i of them, divide [0.1, 1) evenly.

    >>> dynamic_levels().size, bool((np.diff(dynamic_levels()) > 0).all())
    (256, True)
    """
    values = [0.0, 1.0]
    for bits in range(7):
        edges = _evenly(0.1, 1, 2**bits + 1)
        middles = 10.0 ** (bits - 6) * ((edges[:-1] + edges[1:]) / 2)
        values += [*middles.tolist(), *(-middles).tolist()]
    return _locked(np.array(sorted(values), np.float32))


def _evenly(start: float, stop: float, count: int) -> np.ndarray:
    """``count`` evenly spaced float32, from a float32 step and from both ends inward: as the published levels are."""
    first, last = np.array([start, stop], np.float32)
    step, i = np.float64((last - first) / np.float32(count - 1)), np.arange(count)
    return np.where(i < count // 2, first + step * i, last - step * (count - 1 - i)).astype(np.float32)


def _locked(levels: np.ndarray) -> np.ndarray:
    levels.flags.writeable = False
    return levels
