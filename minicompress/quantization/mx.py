"""MXFP4 and MXFP8: blocks of 32 small floats over a power of two."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.quantization.blocks import padded_blocks
from minicompress.tensors import MXTensor

__all__ = ["quantize_mx"]


def quantize_mx(w: Any, *, format: str = "e2m1") -> MXTensor:
    """Store ``w`` (out, in) in blocks of 32 inputs: exponent floor(log2 max|w|) - emax, elements rounded to nearest.

    emax is the exponent of the element's largest value: 2, 8 or 15. Where the block's largest weight is beyond it,
    it becomes the largest element, as the specification asks. Exponents are clamped to -127 .. 127.
    Source: OCP Microscaling Formats (MX) 1.0, 2023, section 6.3.

    Parameters
    ----------
    w : (out, in), finite
    format : "e2m1" (MXFP4, 4.25 bits a weight), "e4m3" or "e5m2" (MXFP8, 8.25 bits)

    Examples
    --------
    >>> quantize_mx([[8.0, 3.0, 0.9, -7.9]]).to_dense()
    array([[ 8.,  3.,  1., -8.]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    largest = ops.float_largest(checks.one_of(format, "format", ("e2m1", "e4m3", "e5m2")))
    blocks = padded_blocks(weights, 32)
    emax = int(ops.float_exponent(np.array(largest)))
    exponent = np.maximum(ops.float_exponent(np.abs(blocks).max(axis=2)) - emax, -127)
    # In double precision the division by a power of two is exact.
    codes = ops.float_codes(np.ldexp(blocks.astype(np.float64), -exponent[:, :, None]), format)
    codes = np.ascontiguousarray(codes.reshape(len(weights), -1)[:, : weights.shape[1]])
    packed = ops.pack_bits(codes, 4 if format == "e2m1" else 8)
    return MXTensor(packed, (exponent + 127).astype(np.uint8), format, weights.shape[1])
