"""Training with shared weights: the gradient of a shared value is the sum over the weights that use it."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["shared_centroid_gradient"]


def shared_centroid_gradient(gradient: Any, codes: Any, *, k: int) -> np.ndarray:
    """Return dL/dc_m = sum over i with code_i = m of dL/dw_i: shape (k,), in the type of ``gradient``.

    A sum, as the chain rule has it; a mean would be another step size for each centroid.
    Source: Han et al. 2016, arXiv:1510.00149, equation 3.

    Parameters
    ----------
    gradient : array of finite numbers, any shape
        dL/dw.
    codes : integers 0 .. k - 1, same shape
    k : int

    Examples
    --------
    >>> shared_centroid_gradient([1.0, 2.0, 4.0], [0, 2, 0], k=3)
    array([5., 0., 2.])
    """
    slopes = checks.float_array(gradient, "gradient", dtype=None, allow_empty=True)
    count = checks.integer(k, "k", low=1)
    indices = checks.int_array(codes, "codes", low=0, high=count - 1)
    if indices.shape != slopes.shape:
        raise ValueError(f"codes must have the shape of gradient, {slopes.shape}; got {checks.describe(indices)}")
    sums = np.bincount(indices.reshape(-1).astype(np.int64), slopes.reshape(-1), minlength=count)
    with np.errstate(over="ignore"):
        total = sums.astype(slopes.dtype)
    if not np.isfinite(total).all():
        raise ValueError(f"a sum of gradients overflows {slopes.dtype}; scale them first")
    return total
