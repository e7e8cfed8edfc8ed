"""HashedNets: a matrix of any size on a few values, the hash deciding which stands where."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.sharing.centroids import shared_centroid_gradient
from minicompress.tensors import HashedTensor

__all__ = ["hash_weights", "hashed_gradient"]


def hash_weights(w: Any, *, n_values: int, seed: int = 0) -> HashedTensor:
    """Return the hashed matrix nearest to ``w`` (out, in): c_m = mean over the places of m of sign_ij w_ij.

    HashedNets are trained as they are, with :func:`hashed_gradient`; an already trained matrix loses much here,
    since the hash knows nothing of it. Source: Chen et al. 2015, arXiv:1504.04788.

    Parameters
    ----------
    w : (out, in), finite
    n_values : int
    seed : int, 0 to 2**32 - 1
        Picks the hash function; the same seed gives the same places on every machine.

    Examples
    --------
    >>> w = hash_weights(np.ones((8, 8)), n_values=16)
    >>> w.nbytes, w.to_dense().shape
    (64, (8, 8))
    """
    weights = checks.float_array(w, "w", ndim=2)
    k = checks.integer(n_values, "n_values", low=1, high=2**32 - 1)
    rows, columns = weights.shape
    index, sign = HashedTensor(np.zeros(k, np.float32), rows, columns, seed).places()
    counts = np.bincount(index.reshape(-1), minlength=k)
    sums = np.bincount(index.reshape(-1), (weights * sign).reshape(-1), minlength=k)
    return HashedTensor((sums / np.maximum(counts, 1)).astype(np.float32), rows, columns, seed)


def hashed_gradient(gradient: Any, tensor: HashedTensor) -> np.ndarray:
    """Return dL/dc_m = sum over the places of m of sign_ij dL/dw_ij: shape (k,), from ``gradient`` (out, in).

    >>> w = hash_weights(np.ones((1, 1)), n_values=1)
    >>> abs(hashed_gradient([[3.0]], w))
    array([3.])
    """
    if not isinstance(tensor, HashedTensor):
        raise TypeError(f"tensor must be a HashedTensor; got {checks.describe(tensor)}")
    slopes = checks.float_array(gradient, "gradient", dtype=None, shape=tensor.shape)
    index, sign = tensor.places()
    return shared_centroid_gradient(slopes * sign.astype(slopes.dtype), index, k=tensor.values.size)
