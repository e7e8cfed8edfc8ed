"""NF4: four bits whose 16 levels are equally likely for normal weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.tensors import NF4Tensor

__all__ = ["quantize_nf4"]

_SMALLEST = np.float32(1e-38)  # as bitsandbytes clamps it, so that 1 / absmax is finite


def quantize_nf4(w: Any, *, double_quantization: bool = False) -> NF4Tensor:
    """Store ``w`` (out, in) in blocks of 64 weights: the nearest level to w * (1 / max|w|), half way the lower.

    Double quantization stores the blocks' maxima, less their mean, in 8 bits with a scale for 256 of them: 4.127
    instead of 4.5 bits a weight. Codes are those of bitsandbytes, which multiplies by the float32 reciprocal.
    Source: Dettmers et al. 2023, arXiv:2305.14314.

    Examples
    --------
    >>> quantize_nf4([[1.0, -0.5, 0.1]]).to_dense()
    array([[ 1.        , -0.52507305,  0.0795803 ]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    rows, columns = weights.shape
    blocks = _blocks(weights.reshape(-1), 64)
    absmax = np.abs(blocks).max(axis=1)
    inverse = np.float32(1) / np.maximum(absmax, _SMALLEST)
    scaled = np.clip(blocks * inverse[:, None], -1, 1)
    codes = ops.nearest_level(scaled, ops.nf4_levels()).reshape(-1)[: weights.size].astype(np.uint8)
    pairs = np.pad(codes, (0, weights.size % 2), constant_values=7).reshape(-1, 2)  # 7 is the level 0
    packed = (pairs[:, 0] << 4) | pairs[:, 1]
    if not double_quantization:
        return NF4Tensor(packed, absmax, rows, columns)
    offset = np.float32(absmax.mean(dtype=np.float64))
    outer = _blocks(absmax - offset, 256)
    nested_scale = np.abs(outer).max(axis=1)
    scaled = np.clip(outer * (np.float32(1) / np.maximum(nested_scale, _SMALLEST))[:, None], -1, 1)
    nested = ops.nearest_level(scaled, ops.dynamic_levels()).reshape(-1)[: absmax.size].astype(np.uint8)
    return NF4Tensor(packed, nested, rows, columns, nested_scale, offset.reshape(1))


def _blocks(values: np.ndarray, size: int) -> np.ndarray:
    """(n,) -> (ceil(n / size), size), zeros at the end."""
    return np.pad(values, (0, -values.size % size)).reshape(-1, size)
