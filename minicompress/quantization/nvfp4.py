"""NVFP4: blocks of 16 four-bit floats, an E4M3 scale for each, a float32 scale for all."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.quantization.blocks import padded_blocks
from minicompress.tensors import NVFP4Tensor

__all__ = ["quantize_nvfp4"]


def quantize_nvfp4(w: Any) -> NVFP4Tensor:
    """Store ``w`` (out, in) as E2M1 codes of w / (s b): s = max|w| / (448 * 6), b = E4M3(block max / 6 / s).

    A block whose b rounds to 0, its weights below 2^-10 * 6 s, becomes zeros. 4.5 bits a weight.
    Source: NVIDIA Transformer Engine; the float32 scale is stored as it multiplies.

    Examples
    --------
    >>> quantize_nvfp4([[6.0, 2.4, -1.0, 0.1]]).to_dense().round(4)
    array([[ 6.,  2., -1.,  0.]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    blocks = padded_blocks(weights, 16)
    reach = np.abs(blocks).max(axis=2)
    global_scale = reach.max() / np.float32(448 * 6)
    if global_scale < np.finfo(np.float32).tiny:
        global_scale = np.float32(1)
    block_scale = ops.float_codes(reach / np.float32(6) / global_scale, "e4m3")
    scale = (ops.float_values(block_scale, "e4m3") * global_scale)[:, :, None]
    codes = ops.float_codes(np.divide(blocks, scale, out=np.zeros_like(blocks), where=scale > 0), "e2m1")
    codes = np.ascontiguousarray(codes.reshape(len(weights), -1)[:, : weights.shape[1]])
    return NVFP4Tensor(ops.pack_bits(codes, 4), block_scale, global_scale.reshape(1), weights.shape[1])
