"""k-means weight sharing: 2^b values placed where the weights are, instead of on a grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.tensors import CodebookTensor

__all__ = ["quantize_kmeans"]


def quantize_kmeans(
    w: Any,
    *,
    bits: int,
    rows_per_group: int | None = None,
    init: str = "linear",
    n_iter: int = 100,
    rng: np.random.Generator | None = None,
) -> CodebookTensor:
    """Store ``w`` (out, in) as indices into 2^bits shared values that Lloyd's algorithm places.

        minimise  sum (w_rj - codebook[index_rj])^2

    Any other codebook, such as the exact optimum of ``sharing.optimal_kmeans_1d``, goes through
    ``CodebookTensor.from_codebook``. Source: Han et al. 2016, arXiv:1510.00149.

    Parameters
    ----------
    w : (out, in), finite
    bits : int, 1 to 8
    rows_per_group : int that divides ``out``, or None for one codebook
    init : "linear" (the paper's choice), "density" or "kmeans++" (needs ``rng``)
    n_iter : int
        Steps of Lloyd at most; it stops by itself when nothing changes.

    Examples
    --------
    >>> quantize_kmeans([[0.0, 0.1, 5.0, 5.1]], bits=1).to_dense()
    array([[0.05, 0.05, 5.05, 5.05]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    k = 2 ** checks.integer(bits, "bits", low=1, high=8)
    size = len(weights) if rows_per_group is None else checks.integer(rows_per_group, "rows_per_group", low=1)
    if len(weights) % size:
        raise ValueError(f"rows_per_group must divide the {len(weights)} rows of w; got {size}")
    checks.one_of(init, "init", ("linear", "density", "kmeans++"))
    checks.integer(n_iter, "n_iter", low=0)
    if init == "kmeans++":
        checks.generator(rng)
    codebook = np.empty((len(weights) // size, k), np.float32)
    for row, run in zip(codebook, weights.reshape(len(codebook), -1), strict=True):
        row[...] = ops.kmeans1d_lloyd(run, ops.kmeans1d_start(run, k, init, rng), n_iter)
    return CodebookTensor.from_codebook(weights, codebook, bits=bits)
