"""FP8: weights as 8-bit floats, the largest of each group on the format's largest value."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.quantization.blocks import scale_groups
from minicompress.quantization.granularity import Granularity
from minicompress.tensors import FP8Tensor

__all__ = ["quantize_fp8"]


def quantize_fp8(w: Any, *, format: str = "e4m3", granularity: Granularity | None = None) -> FP8Tensor:
    """Store ``w`` (out, in) as E4M3 or E5M2 codes of w / s, with s = max|w| / 448 or / 57344 for each group.

    A true division; halves to the even mantissa; nothing overflows. A group too small for float32 becomes zeros.
    Source: Micikevicius et al. 2022, arXiv:2209.05433.

    Parameters
    ----------
    w : (out, in), finite
    format : "e4m3" (relative error up to 2^-4) or "e5m2" (2^-3, but 2^30 between the least and the largest)
    granularity : PerTensor() (default), PerAxis(0) or PerGroup(group_size)

    Examples
    --------
    >>> quantize_fp8([[1.0, 0.3, -0.01]]).to_dense().round(4)
    array([[ 1.    ,  0.2857, -0.01  ]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    largest = ops.float_largest(checks.one_of(format, "format", ("e4m3", "e5m2")))
    groups, shape = scale_groups(weights, granularity)
    scale = np.abs(groups).max(axis=1, keepdims=True) / np.float32(largest)
    scale[scale < np.finfo(np.float32).tiny] = 1
    codes = ops.float_codes(groups / scale, format).reshape(weights.shape)
    return FP8Tensor(codes, scale.reshape(shape), format)
