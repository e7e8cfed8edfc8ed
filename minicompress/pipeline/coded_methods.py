"""More methods for recipes: those whose codes lie on no affine grid. Small floats, codebooks, signs, coded streams.

``group_size=None`` is one scale for each row, as everywhere.
"""

from __future__ import annotations

import numpy as np

from minicompress.coding import deep_compress
from minicompress.pipeline.methods import method
from minicompress.pruning import magnitude_mask
from minicompress.quantization import (
    PerAxis,
    PerGroup,
    hessian_from,
    quantize_binary,
    quantize_entropy_constrained,
    quantize_fp8,
    quantize_kmeans,
    quantize_mx,
    quantize_nf4,
    quantize_nvfp4,
    quantize_power_of_two,
    quantize_ternary,
)
from minicompress.sharing import product_quantize
from minicompress.tensors import CompressedTensor, EntropyCodedTensor

__all__ = [
    "binary",
    "deep_compression",
    "entropy_constrained",
    "fp8",
    "kmeans",
    "mx",
    "nf4",
    "nvfp4",
    "power_of_two",
    "product",
    "ternary",
]


def _granularity(group_size: int | None) -> PerAxis | PerGroup:
    return PerAxis(0) if group_size is None else PerGroup(group_size)


@method
def kmeans(w: np.ndarray, x: np.ndarray | None, *, bits: int = 4, init: str = "linear") -> CompressedTensor:
    """Share 2^bits values among all weights, placed by k-means from a "linear" or "density" start."""
    return quantize_kmeans(w, bits=bits, init=init)


@method
def nf4(w: np.ndarray, x: np.ndarray | None, *, double_quantization: bool = False) -> CompressedTensor:
    """Round to 16 quantiles of the normal distribution, scaled in blocks of 64."""
    return quantize_nf4(w, double_quantization=double_quantization)


@method
def fp8(
    w: np.ndarray, x: np.ndarray | None, *, format: str = "e4m3", group_size: int | None = None
) -> CompressedTensor:
    """Round to 8-bit floats, E4M3 or E5M2."""
    return quantize_fp8(w, format=format, granularity=_granularity(group_size))


@method
def mx(w: np.ndarray, x: np.ndarray | None, *, format: str = "e2m1") -> CompressedTensor:
    """Round to small floats that share a power of two in blocks of 32: MXFP4 ("e2m1") or MXFP8."""
    return quantize_mx(w, format=format)


@method
def nvfp4(w: np.ndarray, x: np.ndarray | None) -> CompressedTensor:
    """Round to 4-bit floats with an 8-bit float scale in blocks of 16."""
    return quantize_nvfp4(w)


@method
def binary(w: np.ndarray, x: np.ndarray | None, *, group_size: int | None = None) -> CompressedTensor:
    """Keep signs and the mean magnitude."""
    return quantize_binary(w, granularity=_granularity(group_size))


@method
def ternary(
    w: np.ndarray, x: np.ndarray | None, *, rule: str = "twn", group_size: int | None = None
) -> CompressedTensor:
    """Round to -1, 0 and 1 times a scale."""
    return quantize_ternary(w, rule=rule, granularity=_granularity(group_size))


@method
def power_of_two(w: np.ndarray, x: np.ndarray | None, *, bits: int = 4) -> CompressedTensor:
    """Round to signed powers of two."""
    return quantize_power_of_two(w, bits=bits)


@method
def product(
    w: np.ndarray, x: np.ndarray | None, *, piece: int = 4, bits: int = 8, n_iter: int = 10
) -> CompressedTensor:
    """Cut rows into pieces of ``piece`` weights, and give each the nearest of 2^bits vectors; for embeddings."""
    if w.shape[1] % piece:
        raise ValueError(f"piece must divide in_features = {w.shape[1]}; got {piece}")
    rng = np.random.default_rng(0)
    return product_quantize(w, n_pieces=w.shape[1] // piece, bits=bits, n_iter=n_iter, rng=rng)


@method
def deep_compression(
    w: np.ndarray,
    x: np.ndarray | None,
    *,
    sparsity: float = 0.9,
    bits: int = 5,
    index_bits: int = 5,
    coder: str = "huffman",
) -> CompressedTensor:
    """Drop the smallest magnitudes, share values among the rest, and code indices and gaps by their frequency."""
    mask = magnitude_mask(w, sparsity=sparsity)
    return deep_compress(w, mask, bits=bits, index_bits=index_bits, coder=coder)


@method
def entropy_constrained(
    w: np.ndarray,
    x: np.ndarray | None,
    *,
    rate: float = 3.0,
    relative: bool = False,
    damping: float = 0.01,
    coder: str = "rans",
) -> CompressedTensor:
    """Round to a step so fine that codes take ``rate`` bits once entropy-coded; errors made up for where inputs are."""
    hessian = None if x is None else hessian_from(x)
    tensor = quantize_entropy_constrained(w, hessian, rate=rate, relative=relative, damping=damping)
    return EntropyCodedTensor.encode(tensor, coder=coder)
