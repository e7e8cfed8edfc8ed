"""Soft thresholding: the proximal operator of the L1 norm.

    prox(w) = argmin_z  (z - w)^2 / 2 + t |z|  =  sign(w) max(|w| - t, 0)

What lies within t of zero becomes exactly zero; the rest comes closer to zero by t.
"""

from __future__ import annotations

import numpy as np

__all__ = ["soft_threshold"]


def soft_threshold(w: np.ndarray, threshold: float | np.ndarray) -> np.ndarray:
    """sign(w) max(|w| - t, 0) for ``threshold`` t >= 0, in the dtype of ``w``.

    >>> soft_threshold(np.array([3.0, -0.5, -2.0]), 1.0)
    array([ 2., -0., -1.])
    """
    return np.copysign(np.maximum(np.abs(w) - threshold, 0), w).astype(w.dtype, copy=False)
