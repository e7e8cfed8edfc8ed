"""im2col and its transpose: a convolution as a matrix product."""

from __future__ import annotations

import numpy as np


def output_length(length: int, *, kernel: int, stride: int, padding: int) -> int:
    """Return how many windows fit: ``floor((length + 2 padding - kernel) / stride) + 1``.

    >>> output_length(10, kernel=3, stride=2, padding=1)
    5
    """
    if length + 2 * padding < kernel:
        raise ValueError(f"x must be at least kernel - 2 padding = {kernel - 2 * padding} long; got length {length}")
    return (length + 2 * padding - kernel) // stride + 1


def pad(x: np.ndarray, padding: int) -> np.ndarray:
    """Put ``padding`` zeros at both ends of the last axis."""
    if not padding:
        return x
    out = np.zeros((*x.shape[:-1], x.shape[-1] + 2 * padding), x.dtype)
    out[..., padding:-padding] = x
    return out


def columns(x: np.ndarray, *, kernel: int, stride: int, padding: int) -> np.ndarray:
    """Return the windows of ``x`` (batch, channels, length) as a view (batch, windows, channels, kernel).

    >>> columns(np.arange(4.0).reshape(1, 1, 4), kernel=2, stride=2, padding=0)[0, :, 0]
    array([[0., 1.],
           [2., 3.]])
    """
    output_length(x.shape[-1], kernel=kernel, stride=stride, padding=padding)  # refuses what is too short
    windows = np.lib.stride_tricks.sliding_window_view(pad(x, padding), kernel, axis=-1)
    return windows[:, :, ::stride].transpose(0, 2, 1, 3)


def add_columns(grad: np.ndarray, *, length: int, stride: int, padding: int) -> np.ndarray:
    """Transpose of ``columns``: add up (batch, windows, channels, kernel) at the places that the windows came from."""
    batch, windows, channels, kernel = grad.shape
    out = np.zeros((batch, channels, length + 2 * padding), grad.dtype)
    for tap in range(kernel):
        out[:, :, tap : tap + stride * windows : stride][:, :, :windows] += grad[:, :, :, tap].transpose(0, 2, 1)
    return out[:, :, padding : padding + length]
