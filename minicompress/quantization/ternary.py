"""Ternary weights: -1, 0 or 1 times a scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.quantization.blocks import scale_groups
from minicompress.quantization.granularity import Granularity, PerTensor
from minicompress.tensors import TernaryTensor

__all__ = ["quantize_ternary"]


def quantize_ternary(w: Any, *, rule: str = "twn", granularity: Granularity | None = None) -> TernaryTensor:
    """Store ``w`` (out, in) as s t, t in {-1, 0, 1}, at 1.6 bits a weight and a scale for each group.

        "twn"      t = sign(w) where |w| > 0.7 mean|w|,  s = mean |w| over those     Li et al. 2016, arXiv:1605.04711
        "absmean"  s = mean|w|,  t = clip(rint(w / (s + 1e-5)), -1, 1)               Ma et al. 2024, arXiv:2402.17764

    Parameters
    ----------
    w : (out, in), finite
    rule : "twn" or "absmean" (BitNet b1.58; a network trained with it has weights far above its 1e-5)
    granularity : PerTensor() (default, as in both papers), PerAxis(0) or PerGroup(group_size)

    Examples
    --------
    >>> quantize_ternary([[1.0, -2.0, 0.1, 0.0]]).to_dense()
    array([[ 1.5, -1.5,  0. ,  0. ]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    checks.one_of(rule, "rule", ("twn", "absmean"))
    groups, shape = scale_groups(weights, granularity or PerTensor())
    magnitude = np.abs(groups).astype(np.float64)
    mean = magnitude.mean(axis=1, keepdims=True)
    if rule == "twn":
        kept = magnitude > 0.7 * mean
        scale = (magnitude * kept).sum(axis=1) / np.maximum(kept.sum(axis=1), 1)
        signs = np.sign(groups) * kept
    else:
        scale = mean[:, 0]
        signs = np.clip(np.rint(groups / (mean + 1e-5)), -1, 1)
    packed = ops.pack_trits((signs + 1).astype(np.uint8).reshape(weights.shape))
    return TernaryTensor(packed, scale.astype(np.float32).reshape(shape), weights.shape[1])
