"""Drop exactly so many of the smallest of one run of scores, by value and then by place.

    tau = the drop-th smallest score;   all below it go, and of those equal to it the first ones, until the count is met

A threshold alone, ``score > tau``, would drop all that share the last score, and so more than were asked for.
"""

from __future__ import annotations

import numpy as np

__all__ = ["largest_mask"]


def largest_mask(score: np.ndarray, drop: int, magnitude: bool) -> np.ndarray:
    """Mask, True = kept, of ``score`` (..., n), finite, without the ``drop`` smallest along the last axis.

    ``magnitude`` ranks |score|. 0 <= drop <= n.

    >>> largest_mask(np.array([3.0, -1, 1, 1, -4]), 2, True)
    array([ True, False, False,  True,  True])
    """
    if drop == 0:
        return np.ones(score.shape, bool)
    ranked = np.abs(score) if magnitude else score
    tau = np.partition(ranked, drop - 1, axis=-1)[..., drop - 1 : drop]
    keep = ranked > tau
    tied = ranked == tau
    room = ranked.shape[-1] - drop - keep.sum(axis=-1, keepdims=True)
    place_from_the_end = np.cumsum(tied[..., ::-1], axis=-1)[..., ::-1]
    return keep | (tied & (place_from_the_end <= room))
