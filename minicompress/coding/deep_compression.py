"""Deep Compression: prune, share, code. Three steps that each leave less for the next."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.tensors import EntropyCodedTensor, RelativeSparseTensor

__all__ = ["deep_compress"]


def deep_compress(
    w: Any,
    mask: np.ndarray,
    *,
    bits: int = 5,
    index_bits: int = 5,
    init: str = "linear",
    rng: np.random.Generator | None = None,
    coder: str = "huffman",
) -> EntropyCodedTensor:
    """Keep ``w`` (out, in) where ``mask`` is True, on 2^bits shared values, by relative index, entropy-coded.

        w -> w * mask -> nearest of 2^bits - 1 centroids and 0 -> gaps of index_bits -> both streams coded

    All bytes are counted: gaps, codes, fillers, codebook and code tables. The mask may come from any score.
    The values are the nearest centroids; the paper trains them further (``sharing.shared_centroid_gradient``).
    Source: Han et al. 2016, arXiv:1510.00149.

    Parameters
    ----------
    w : (out, in), finite
    mask : bool, same shape
    bits : int, 1 to 8
        Width of a code; one of its values is 0, which fillers have.
    index_bits : int, 1 to 8
        Width of a gap. The paper takes 5 for dense layers and 8 for convolutions.
    init, rng
        Start of k-means: "linear", "density" or "kmeans++".
    coder : "huffman" or "rans"

    Examples
    --------
    >>> w = np.random.default_rng(0).standard_normal((64, 64)).astype(np.float32)
    >>> small = deep_compress(w, np.abs(w) > 1.6, bits=4)
    >>> bool(small.bits_per_weight < 1.5), round(float(np.abs(small.to_dense() - w * (np.abs(w) > 1.6)).max()), 1)
    (True, 0.4)
    """
    weights = checks.float_array(w, "w", ndim=2)
    if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != weights.shape:
        raise ValueError(f"mask must be a boolean array of shape {weights.shape}; got {checks.describe(mask)}")
    checks.one_of(init, "init", ("linear", "density", "kmeans++"))
    checks.one_of(coder, "coder", ("huffman", "rans"))
    if init == "kmeans++":
        checks.generator(rng)
    places = np.flatnonzero(mask & (weights != 0))
    values = weights.reshape(-1)[places]
    k = 2 ** checks.integer(bits, "bits", low=1, high=8) - 1
    centroids = np.zeros(0, np.float32)
    if values.size:
        centroids = ops.kmeans1d_lloyd(values, ops.kmeans1d_start(values, k, init, rng), 100).astype(np.float32)
    codebook = np.concatenate([np.zeros(1, np.float32), centroids])
    codes = ops.nearest_level(values, centroids.astype(np.float64)) + 1
    shape = (weights.shape[0], weights.shape[1])
    sparse = RelativeSparseTensor.from_codes(places, codes, codebook, shape, bits=bits, index_bits=index_bits)
    return EntropyCodedTensor.encode(sparse, coder=coder)
