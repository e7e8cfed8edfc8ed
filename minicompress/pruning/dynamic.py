"""Sparse training: every so often the weakest weights go, and as many new ones grow elsewhere.

    drop   k = rint(fraction * kept) of the smallest |w|
    grow   k of the places that are then empty: SET at random, RigL where |dL/dw| is largest

A new weight starts at 0, so the output does not jump; a place just dropped may grow again. The number kept never
changes, so neither do memory and work. RigL lets the fraction fall along a half cosine, to 0 at the end.
Sources: SET, Mocanu et al. 2018, arXiv:1707.04780 (there the smallest of each sign go; here the smallest magnitudes,
as in RigL's comparison); RigL, Evci et al. 2019, arXiv:1911.11134.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.lottery import checked_mask, survivor_mask
from minicompress.pruning.ranking import checked_weights, keep_largest

__all__ = ["cosine_fraction", "rigl_step", "set_step"]


def set_step(w: Any, mask: Any, *, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Return the next mask: the weakest ``fraction`` of the kept weights moved to random empty places.

    Parameters
    ----------
    w : array of finite numbers
    mask : boolean array of the shape of ``w``, True = kept
    fraction : float in [0, 1]
    rng : numpy.random.Generator

    Examples
    --------
    >>> mask = np.array([True, True, False, False])
    >>> after = set_step([0.1, 5.0, 0.0, 0.0], mask, fraction=0.5, rng=np.random.default_rng(1))
    >>> after[1], int(after.sum())  # the strong weight stays, and there are two again
    (np.True_, 2)
    """
    values = checked_weights(w)
    return _regrown(values, mask, checks.generator(rng).random(values.shape), fraction)


def rigl_step(w: Any, mask: Any, grad: Any, *, fraction: float) -> np.ndarray:
    """Return the next mask: the weakest ``fraction`` of the kept weights moved to where the gradient is largest.

    Parameters
    ----------
    grad : array of the shape of ``w``, finite
        Of the loss by *all* weights, those at 0 included.
    w, mask, fraction
        As in :func:`set_step`. Of equal gradients those that come last grow.

    Examples
    --------
    >>> mask = np.array([True, True, False, False])
    >>> rigl_step([0.1, 5.0, 0.0, 0.0], mask, [0.0, 9.0, 1.0, -2.0], fraction=0.5)
    array([False,  True, False,  True])
    """
    values = checked_weights(w)
    slope = checks.float_array(grad, "grad", shape=values.shape, dtype=np.float64)
    return _regrown(values, mask, np.abs(slope), fraction)


def cosine_fraction(step: int, *, end: int, initial: float = 0.3) -> float:
    """Return initial (1 + cos(pi step / end)) / 2; 0 from ``end`` on.

    >>> [round(cosine_fraction(step, end=100), 3) for step in (0, 50, 100, 200)]
    [0.3, 0.15, 0.0, 0.0]
    """
    now, last = checks.integer(step, "step", low=0), checks.integer(end, "end", low=1)
    start = checks.real(initial, "initial", low=0, high=1)
    return start * (1 + math.cos(math.pi * min(now / last, 1.0))) / 2


def _regrown(values: np.ndarray, mask: Any, desire: np.ndarray, fraction: Any) -> np.ndarray:
    """``mask`` without its weakest, plus as many of the empty places with the largest ``desire``."""
    before = checked_mask(mask, values.shape)
    stays = survivor_mask(values, before, sparsity=checks.real(fraction, "fraction", low=0, high=1))
    moved = int(before.sum()) - int(stays.sum())
    empty = np.where(stays, -np.inf, desire).reshape(-1)
    return stays | keep_largest(empty, empty.size - moved).reshape(values.shape)
