"""Power-of-two weights: a product with one is a shift."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.tensors import PowerOfTwoTensor

__all__ = ["quantize_power_of_two"]


def quantize_power_of_two(w: Any, *, bits: int = 4) -> PowerOfTwoTensor:
    """Store each weight of ``w`` (out, in) as the nearest of 0 and +-2^k, k = top - (2^(bits-1) - 2) .. top.

        top = floor(log2(4 max|w| / 3)) for each row;    half way between two magnitudes, the larger

    The relative error of a weight within the range is at most 1/3, however many the bits: more of them only reach
    further down. Source: Zhou et al. 2017 (INQ), arXiv:1702.03044.

    Parameters
    ----------
    w : (out, in), finite
    bits : int, 2 to 8

    Examples
    --------
    >>> quantize_power_of_two([[1.0, -0.7, 0.3, 0.001]]).to_dense()
    array([[ 1.  , -0.5 ,  0.25,  0.  ]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    powers = 2 ** (checks.integer(bits, "bits", low=2, high=8) - 1) - 1
    magnitude = np.abs(weights).astype(np.float64)
    top = np.minimum(ops.float_exponent(magnitude.max(axis=1, keepdims=True) * 4 / 3), 127)
    lowest = top - powers + 1
    # From 3/4 of 2^k on, 2^k is nearer than 2^(k-1); the lowest power meets 0 half way.
    exponent = np.clip(ops.float_exponent(magnitude * 4 / 3), lowest, top)
    kept = magnitude >= np.ldexp(1.0, lowest - 1)
    codes = np.where(kept, top - exponent + 1, 0) | ((weights < 0) & kept) * (powers + 1)
    packed = ops.pack_bits(codes.astype(np.uint8), bits)
    return PowerOfTwoTensor(packed, top[:, 0].astype(np.int16), bits, weights.shape[1])
