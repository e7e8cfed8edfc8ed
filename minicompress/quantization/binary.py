"""Binary weights: a sign each, and the one scale that then loses least."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.quantization.blocks import scale_groups
from minicompress.quantization.granularity import Granularity, PerAxis
from minicompress.tensors import BinaryTensor

__all__ = ["quantize_binary"]


def quantize_binary(w: Any, *, granularity: Granularity | None = None) -> BinaryTensor:
    """Store ``w`` (out, in) as s sign(w), s = mean |w| of each group: the minimum of |w - s b|^2 over s and b = +-1.

    A zero counts as positive. Source: Rastegari et al. 2016, arXiv:1603.05279.

    Parameters
    ----------
    w : (out, in), finite
    granularity : PerAxis(0) (default), PerTensor() or PerGroup(group_size)

    Examples
    --------
    >>> quantize_binary([[1.0, -2.0, 0.0]]).to_dense()
    array([[ 1., -1.,  1.]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    groups, shape = scale_groups(weights, granularity or PerAxis(0))
    scale = np.abs(groups).mean(axis=1, dtype=np.float64).astype(np.float32)
    packed = ops.pack_bits((weights >= 0).astype(np.uint8), 1)
    return BinaryTensor(packed, scale.reshape(shape), weights.shape[1])
