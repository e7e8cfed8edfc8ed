"""Bias correction: rounding shifts the mean of a layer's outputs; the bias takes the shift back.

    E[W~ x + b'] = E[W x + b]   <=   b' = b + (W - W~) E[x]

E[x] is measured on calibration inputs, or follows from the batch norm and ReLU before the layer: for a pre-activation
N(mean, std^2), E[relu] = std phi(mean / std) + mean Phi(mean / std).
Source: Nagel et al. 2019 (DFQ), arXiv:1906.04721, section 4.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.tensors import CompressedTensor

__all__ = ["correct_bias", "relu_mean"]


def correct_bias(bias: Any | None, w: Any, compressed: CompressedTensor, x_mean: Any) -> np.ndarray:
    """Return b' (out,), float32, which gives the compressed layer the mean output of the original.

    Parameters
    ----------
    bias : (out,), or None for a layer without
    w : (out, in)
        The weights before compression.
    compressed : CompressedTensor of that shape
        In any format: pruned and factorized weights shift the mean just as well.
    x_mean : (in,)
        Mean of each input.

    Examples
    --------
    >>> from minicompress.quantization import quantize_rtn
    >>> w = np.float32([[7, 0.4]])
    >>> correct_bias(None, w, quantize_rtn(w, bits=4), [0.0, 10.0])
    array([4.], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2, dtype=np.float64)
    if not isinstance(compressed, CompressedTensor):
        raise TypeError(f"compressed must be a CompressedTensor; got {checks.describe(compressed)}")
    if compressed.shape != weights.shape:
        raise ValueError(f"compressed must have the shape of w, {weights.shape}; got {compressed.shape}")
    mean = checks.float_array(x_mean, "x_mean", shape=(weights.shape[1],), dtype=np.float64)
    start = np.zeros(len(weights)) if bias is None else checks.float_array(bias, "bias", shape=(len(weights),))
    return checks.float_array(start + (weights - compressed.to_dense()) @ mean, "the corrected bias")


def relu_mean(mean: Any, std: Any) -> np.ndarray:
    """Return E[max(0, z)] for z ~ N(mean, std^2), float64, element by element: beta and |gamma| of a batch norm.

    >>> relu_mean([0.0, 2.0], [1.0, 0.0]).round(4)
    array([0.3989, 2.    ])
    """
    from scipy.special import ndtr

    centre = checks.float_array(mean, "mean", dtype=np.float64)
    spread = checks.float_array(std, "std", shape=centre.shape, dtype=np.float64)
    if (spread < 0).any():
        raise ValueError(f"std must be at least 0; got a minimum of {spread.min():.3g}")
    sure = np.maximum(centre, 0)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        t = centre / spread
        density = np.exp(-0.5 * t**2) / np.sqrt(2 * np.pi)
        spread_out = spread * density + centre * ndtr(t)
    return np.where(spread > 0, spread_out, sure)
