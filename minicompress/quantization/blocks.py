"""Scales of stored formats: always a matrix (out or 1, groups or 1), whichever granularity was asked for."""

from __future__ import annotations

import numpy as np

from minicompress import checks
from minicompress.quantization.granularity import Granularity, PerAxis, PerGroup, PerTensor

__all__ = ["padded_blocks", "scale_groups"]


def scale_groups(w: np.ndarray, granularity: Granularity | None) -> tuple[np.ndarray, tuple[int, int]]:
    """View ``w`` (out, in) as (groups, members), and say the shape (out or 1, groups or 1) of its scales.

    >>> scale_groups(np.zeros((4, 6)), PerGroup(3))[1]
    (4, 2)
    """
    granularity = granularity or PerTensor()
    if not isinstance(granularity, PerTensor | PerAxis | PerGroup):
        raise TypeError(f"granularity must be PerTensor(), PerAxis(0) or PerGroup(size); got {granularity!r}")
    if isinstance(granularity, PerAxis) and granularity.axis not in (0, -2):
        raise ValueError(f"granularity must keep a scale for output rows, PerAxis(0); got {granularity!r}")
    groups, shape = granularity.reduced(w, "w")
    return groups, {0: (1, 1), 1: (len(w), 1)}.get(len(shape), (len(w), len(groups) // len(w)))


def padded_blocks(w: np.ndarray, size: int) -> np.ndarray:
    """Cut rows of ``w`` (out, in) into blocks of ``size``, the last one filled with zeros: (out, blocks, size).

    >>> padded_blocks(np.ones((1, 3)), 2)
    array([[[1., 1.],
            [1., 0.]]])
    """
    checks.integer(size, "size", low=1)
    short = -w.shape[1] % size
    return np.pad(w, ((0, 0), (0, short))).reshape(len(w), -1, size)
