"""Magnitude pruning: drop the weights closest to zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.pruning.unstructured import unstructured_mask

__all__ = ["magnitude_mask"]


def magnitude_mask(w: Any, *, sparsity: float) -> np.ndarray:
    """Return the mask that keeps all but the k = rint(n * sparsity) smallest magnitudes: boolean, True = kept.

    Exactly k weights are dropped. Where several have the k-th magnitude, those that come first in C order go: a
    threshold alone, ``abs(w) > tau``, would drop all of them.
    Source: Han et al. 2015, arXiv:1506.02626.

    Parameters
    ----------
    w : array of finite numbers, any shape
    sparsity : float in [0, 1]
        Share of zeros.

    Examples
    --------
    >>> magnitude_mask([[3, -1, 1], [1, 0.5, 2]], sparsity=0.5)
    array([[ True, False, False],
           [ True, False,  True]])
    """
    return unstructured_mask(w, sparsity=sparsity)
