"""GGUF blocks: the formats of llama.cpp, byte for byte."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.tensors import GGUFTensor

__all__ = ["quantize_gguf"]


def quantize_gguf(w: Any, *, format: str = "Q8_0") -> GGUFTensor:
    """Store ``w`` (out, in) in blocks of 32 inputs, with float16 scales, as llama.cpp's reference code does.

        Q8_0  d = max|w| / 127,          q = round(w (1/d)), halves away from zero     8.5 bits a weight
        Q4_0  d = extreme / -8,          q = trunc(w (1/d) + 8.5)                      4.5 bits
        Q4_1  d = (max - min) / 15,      q = trunc((w - min) (1/d) + 0.5)              5.0 bits

    The codes are chosen for the float32 d, the float16 d is stored. A block with d below about 3e-39 is all zeros
    (llama.cpp would divide by it).

    Raises
    ------
    ValueError
        If 32 does not divide ``in``, or a scale overflows float16.

    Examples
    --------
    >>> quantize_gguf(np.linspace(-1, 1, 32)[None], format="Q4_0").to_dense()[0, :4]
    array([-1.   , -0.875, -0.875, -0.75 ], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    checks.one_of(format, "format", ("Q8_0", "Q4_0", "Q4_1"))
    if weights.shape[1] % 32:
        raise ValueError(f"w must have a multiple of 32 columns for {format}; got {checks.describe(weights)}")
    with np.errstate(over="ignore", invalid="ignore"):
        blocks = ops.gguf_encode(weights.reshape(-1, 32), format)
        if not np.isfinite(ops.gguf_decode(blocks, format)).all():
            raise ValueError(f"a scale of w overflows float16 (max |w| = {np.abs(weights).max():.3g}); scale it first")
    return GGUFTensor(blocks.reshape(len(weights), -1), format)
