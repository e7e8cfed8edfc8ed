"""Product quantization of a matrix, an embedding most of all: vectors shared by rows, instead of numbers by weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.tensors import ProductQuantizedTensor

__all__ = ["product_quantize"]


def product_quantize(
    w: Any, *, n_pieces: int, bits: int = 8, n_iter: int = 25, rng: np.random.Generator
) -> ProductQuantizedTensor:
    """Cut rows of ``w`` (out, in) into ``n_pieces``, and give each piece 2^bits vectors by k-means.

        minimise for each piece p  sum_r |w_rp - codebook[p, c_rp]|^2       Lloyd, from k-means++

    No more than ``out`` vectors are made for a piece. Source: Jegou et al. 2011; for embeddings: Shu and Nakayama
    2018, arXiv:1711.01068.

    Parameters
    ----------
    w : (out, in), finite
    n_pieces : int that divides ``in``
    bits : int, 1 to 8
    n_iter : int
    rng : numpy.random.Generator

    Examples
    --------
    >>> w = product_quantize(np.tile(np.eye(4), (8, 1)), n_pieces=2, bits=2, rng=np.random.default_rng(0))
    >>> bool((w.to_dense() == np.tile(np.eye(4), (8, 1))).all()), w.nbytes  # 32 rows of 4 bits, 2 * 4 vectors
    (True, 96)
    """
    weights = checks.float_array(w, "w", ndim=2)
    pieces = checks.integer(n_pieces, "n_pieces", low=1)
    if weights.shape[1] % pieces:
        raise ValueError(f"n_pieces must divide in_features = {weights.shape[1]}; got {pieces}")
    k = min(2 ** checks.integer(bits, "bits", low=1, high=8), len(weights))
    checks.integer(n_iter, "n_iter", low=0)
    checks.generator(rng)
    parts = weights.reshape(len(weights), pieces, -1).transpose(1, 0, 2)  # (pieces, out, d)
    codebook = np.stack([ops.kmeans_lloyd(p, ops.kmeans_start(p, k, rng), n_iter) for p in parts]).astype(np.float32)
    return ProductQuantizedTensor(ops.pack_bits(ops.product_encode(weights, codebook), bits), codebook, bits)
