"""Tucker-2: a convolution with both channel axes projected to fewer channels, the kernel axis left alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.tensors import TuckerMatrix

__all__ = ["tucker2"]


def tucker2(w: Any, *, ranks: tuple[int, int], n_iter: int = 0, allow_growth: bool = False) -> TuckerMatrix:
    """Return W ~ core x_1 left x_2 right with orthonormal factors of ``ranks`` (r_out, r_in) columns.

    n_iter = 0 is the truncated higher-order SVD: left and right hold the leading left singular vectors of W unfolded
    along its output and its input axis, and the squared error is at most the sum of what both truncations drop. Each
    iteration (HOOI) fits one factor to W projected by the other and never raises the error.
    Source: Kim et al. 2015, arXiv:1511.06530; De Lathauwer et al. 2000, doi:10.1137/S0895479898346995.

    Parameters
    ----------
    w : (out, in, k, ...), finite
        Further kernel axes are flattened into one.
    ranks : (r_out, r_in)
    n_iter : int >= 0
    allow_growth : bool
        Take ranks whose core and factors hold no fewer numbers than ``w``.

    Returns
    -------
    TuckerMatrix of shape (out, in * k): ``to_dense().reshape(w.shape)`` is the reconstruction.

    Examples
    --------
    >>> w = np.einsum("o,i,t->oit", np.ones(4), np.arange(4.0), [1.0, 2.0])
    >>> t = tucker2(w, ranks=(1, 1))
    >>> t.nbytes, np.allclose(t.to_dense().reshape(w.shape), w)
    (40, True)
    """
    weights = checks.float_array(w, "w").astype(np.float64)
    if weights.ndim < 3:
        raise ValueError(f"w must have shape (out, in, k, ...); got {checks.describe(np.asarray(w))}")
    weights = weights.reshape(*weights.shape[:2], -1)
    r_out, r_in = _checked_ranks(ranks, weights.shape, allow_growth)
    n_iter = checks.integer(n_iter, "n_iter", low=0)
    left, right = _leading(weights, 0, r_out), _leading(weights, 1, r_in)
    for _ in range(n_iter):
        left = _leading(np.einsum("oit,ib->obt", weights, right), 0, r_out)
        right = _leading(np.einsum("oit,oa->ait", weights, left), 1, r_in)
    core = np.einsum("oit,oa,ib->abt", weights, left, right, optimize=True)
    if np.linalg.norm(core) > np.finfo(np.float32).max:
        raise ValueError("w has a norm beyond float32; scale it first")
    return TuckerMatrix(core.astype(np.float32), left.astype(np.float32), right.astype(np.float32))


def _leading(w: np.ndarray, axis: int, rank: int) -> np.ndarray:
    """The leading left singular vectors of ``w`` (a, b, t) unfolded along ``axis``: (size of axis, rank)."""
    unfolded = np.moveaxis(w, axis, 0).reshape(w.shape[axis], -1)
    u, _, _ = np.linalg.svd(unfolded, full_matrices=unfolded.shape[1] < rank)
    return np.ascontiguousarray(u[:, :rank])


def _checked_ranks(ranks: Any, shape: tuple[int, ...], allow_growth: bool) -> tuple[int, int]:
    out, inputs, kernel = shape
    if not isinstance(ranks, tuple | list) or len(ranks) != 2:
        raise ValueError(f"ranks must be a pair (r_out, r_in); got {checks.describe(ranks)}")
    r_out = checks.integer(ranks[0], "ranks[0]", low=1, high=out)
    r_in = checks.integer(ranks[1], "ranks[1]", low=1, high=inputs)
    numbers = r_out * r_in * kernel + out * r_out + inputs * r_in
    if numbers >= out * inputs * kernel and not allow_growth:
        raise ValueError(
            f"ranks {(r_out, r_in)} take {numbers} numbers, not fewer than the {out * inputs * kernel} of w; "
            "allow_growth=True takes them all the same"
        )
    return r_out, r_in
