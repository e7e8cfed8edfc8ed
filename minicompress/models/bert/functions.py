"""What stands between a BERT's matrix products: attention, normalisation, activations. Bare float32 arrays.

Definitions and kernels are operations (:mod:`minicompress.reference.inference`); here they meet the encoder's shapes.
"""

from __future__ import annotations

import numpy as np

from minicompress import ops

__all__ = ["attention", "gelu", "layer_norm", "relu"]


def layer_norm(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, eps: float, residual: np.ndarray | None = None
) -> np.ndarray:
    """Normalise ``x + residual`` over its last axis, in place.

    >>> layer_norm(np.float32([[1, 3]]), np.float32([2, 2]), np.float32([0, 1]), 0.0)
    array([[-2.,  3.]], dtype=float32)
    """
    normal: np.ndarray = ops.layer_norm(x, weight, bias, eps, residual, out=x)
    return normal


def gelu(x: np.ndarray) -> np.ndarray:
    """x (1 + erf(x / sqrt(2))) / 2, in place.

    >>> gelu(np.float32([0, 1, -1])).round(4)
    array([ 0.    ,  0.8413, -0.1587], dtype=float32)
    """
    active: np.ndarray = ops.gelu(x, out=x)
    return active


def relu(x: np.ndarray) -> np.ndarray:
    """max(x, 0), in place.

    >>> relu(np.float32([-1, 2]))
    array([0., 2.], dtype=float32)
    """
    return np.maximum(x, 0, out=x)


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, heads: int, mask: np.ndarray | None) -> np.ndarray:
    """softmax(Q K^T / sqrt(d)) V for each head: (batch, length, heads * d), as ``q``, ``k`` and ``v`` are.

    ``mask`` (batch, length) bool is True at real tokens; None where all are.

    >>> x = np.float32([[[1, 0], [0, 1]]])
    >>> attention(x, x, x, 1, np.array([[True, False]]))
    array([[[1., 0.],
            [1., 0.]]], dtype=float32)
    """
    mixed: np.ndarray = ops.attention(q, k, v, heads, mask)
    return mixed
