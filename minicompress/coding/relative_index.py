"""Relative indices: a kept position told by its distance from the one before, in few bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops

__all__ = ["relative_index_decode", "relative_index_encode"]


def relative_index_encode(mask: Any, *, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (gaps, is_filler) of a boolean ``mask``, True = kept, in C order.

        gap = zeros before the entry, 0 .. 2^bits - 1;   where more come, a filler: gap 2^bits - 1, an entry of value 0

    At density p a gap needs a filler with probability (1 - p)^(2^bits): few bits pay only if that is small.
    Source: Han et al. 2016, arXiv:1510.00149, figure 2.

    Parameters
    ----------
    mask : bool array, any shape
    bits : int, 1 to 8

    Returns
    -------
    gaps : (entries,) uint8
    is_filler : (entries,) bool

    Examples
    --------
    >>> relative_index_encode(np.isin(np.arange(16), [1, 4, 15]), bits=3)
    (array([1, 2, 7, 2], dtype=uint8), array([False, False,  True, False]))
    """
    if not isinstance(mask, np.ndarray) or mask.dtype != bool:
        raise TypeError(f"mask must be a boolean array, True = kept; got {checks.describe(mask)}")
    return ops.relative_gaps(np.flatnonzero(mask), checks.integer(bits, "bits", low=1, high=8))


def relative_index_decode(gaps: Any) -> np.ndarray:
    """Return the positions (int64) of all entries in C order, those of fillers included.

    >>> relative_index_decode([1, 2, 7, 2])
    array([ 1,  4, 12, 15])
    """
    return ops.relative_positions(checks.int_array(gaps, "gaps", ndim=1, low=0, high=255))
