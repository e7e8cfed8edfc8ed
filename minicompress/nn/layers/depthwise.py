"""Depthwise convolution: each channel has its own filter and sees nothing of the others."""

from __future__ import annotations

import numpy as np

from minicompress.nn.layers.columns import output_length, pad
from minicompress.nn.tensor import Tensor


def depthwise_conv1d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, *, stride: int = 1, padding: int = 0
) -> Tensor:
    """Return ``y[b, c, t] = bias[c] + sum_j W[c, 0, j] x[b, c, t stride + j - padding]``.

    Shapes: ``x`` (batch, channels, length), ``weight`` (channels, 1, kernel). A matrix product would be one number
    wide, so the filter's taps are added one after the other over the whole array.
    Source: Howard et al., arXiv:1704.04861.
    """
    w = weight.data
    kernel, length = w.shape[-1], x.shape[-1]
    n = output_length(length, kernel=kernel, stride=stride, padding=padding)
    padded = pad(x.data, padding)
    places = [slice(tap, tap + stride * (n - 1) + 1, stride) for tap in range(kernel)]
    y = np.zeros((*x.shape[:2], n), x.dtype)
    for tap, place in enumerate(places):
        y += padded[:, :, place] * w[:, 0, tap, None]
    if bias is not None:
        y += bias.data[:, None]

    def to_x(g: np.ndarray) -> np.ndarray:
        out = np.zeros_like(padded)
        for tap, place in enumerate(places):
            out[:, :, place] += g * w[:, 0, tap, None]
        return out[:, :, padding : padding + length]

    def to_weight(g: np.ndarray) -> np.ndarray:
        taps = [np.einsum("bct,bct->c", g, padded[:, :, place]) for place in places]
        return np.stack(taps, axis=-1)[:, None, :]

    return Tensor.record(y, (x, to_x), (weight, to_weight), (bias, lambda g: g.sum(axis=(0, 2))))
