"""Drop exactly so many of the smallest: the one ranking that every mask is made with.

Ties are broken by place: of equal scores, those that come first go. A threshold alone, ``score > tau``, would drop
all weights that share the last score, and so more than were asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops

__all__ = ["checked_score", "checked_weights", "drop_count", "keep_largest"]


def keep_largest(score: np.ndarray, drop: int) -> np.ndarray:
    """Mask, True = kept, of ``score`` (..., n) without the ``drop`` smallest along the last axis.

    >>> keep_largest(np.array([[3, 1, 1, 1], [0, 9, 9, 9]]), 2)
    array([[ True, False, False,  True],
           [False, False,  True,  True]])
    """
    kept: np.ndarray = ops.largest_mask(score, drop, False)
    return kept


def drop_count(total: int, sparsity: Any) -> int:
    """Return k = rint(total * sparsity), halves to even, for a ``sparsity`` in [0, 1].

    >>> drop_count(5, 0.5)
    2
    """
    return int(np.rint(total * checks.real(sparsity, "sparsity", low=0, high=1)))


def checked_weights(w: Any, ndim: int | None = None) -> np.ndarray:
    """Return the finite weights ``w`` as they are (float32 or float64), else an error that names ``w``."""
    return checks.float_array(w, "w", dtype=None, ndim=ndim)


def checked_score(score: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return ``score`` in float64, one number for each unit that may be dropped, larger = kept first."""
    return checks.float_array(score, "score", shape=shape, dtype=np.float64)
