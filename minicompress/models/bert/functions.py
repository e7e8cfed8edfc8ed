"""What stands between a BERT's matrix products: normalisation, softmax, attention, GELU. Bare float32 arrays.

All of it is here and nowhere else, so that a faster twin of a function has one place to go.
"""

from __future__ import annotations

import numpy as np

from minicompress.nn.tape.error_function import BLOCK, erf

__all__ = ["attention", "gelu", "layer_norm", "relu", "softmax"]


def layer_norm(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, eps: float) -> np.ndarray:
    """(x - mean) / sqrt(var + eps) * weight + bias over the last axis. Source: Ba et al. 2016, arXiv:1607.06450.

    >>> layer_norm(np.float32([[1, 3]]), np.float32([2, 2]), np.float32([0, 1]), 0.0)
    array([[-2.,  3.]], dtype=float32)
    """
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.einsum("...i,...i->...", centred, centred)[..., None] / x.shape[-1]
    centred *= 1 / np.sqrt(variance + np.float32(eps))
    centred *= weight
    centred += bias
    return centred


def softmax(x: np.ndarray) -> np.ndarray:
    """e^x / sum(e^x) over the last axis, in place.

    >>> softmax(np.float32([[0, 0, -np.inf]]))
    array([[0.5, 0.5, 0. ]], dtype=float32)
    """
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
    return x


def gelu(x: np.ndarray) -> np.ndarray:
    """x (1 + erf(x / sqrt(2))) / 2, in place. Source: Hendrycks and Gimpel 2016, arXiv:1606.08415.

    >>> gelu(np.float32([0, 1, -1])).round(4)
    array([ 0.    ,  0.8413, -0.1587], dtype=float32)
    """
    flat = x.reshape(-1)
    for start in range(0, flat.size, BLOCK):
        part = flat[start : start + BLOCK]
        half = erf(part * np.float32(0.5**0.5))
        half += 1
        half *= np.float32(0.5)
        part *= half
    return x


def relu(x: np.ndarray) -> np.ndarray:
    """max(x, 0), in place.

    >>> relu(np.float32([-1, 2]))
    array([0., 2.], dtype=float32)
    """
    return np.maximum(x, 0, out=x)


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, heads: int, mask: np.ndarray | None) -> np.ndarray:
    """softmax(Q K^T / sqrt(d)) V for each head. Source: Vaswani et al. 2017, arXiv:1706.03762.

    Parameters
    ----------
    q, k, v : (batch, length, heads * d)
    mask : (batch, length) bool or None
        True at real tokens; None where all are.

    Examples
    --------
    >>> x = np.float32([[[1, 0], [0, 1]]])
    >>> attention(x, x, x, 1, np.array([[True, False]]))
    array([[[1., 0.],
            [1., 0.]]], dtype=float32)
    """
    batch, length, width = q.shape
    size = width // heads

    def split(x: np.ndarray) -> np.ndarray:
        return x.reshape(batch, length, heads, size).transpose(0, 2, 1, 3)  # Shape: (batch, heads, length, d)

    scores = np.matmul(split(q) * np.float32(size**-0.5), split(k).swapaxes(-1, -2))
    if mask is not None:
        scores += np.where(mask, np.float32(0), np.float32(-np.inf))[:, None, None, :]
    mixed = np.matmul(softmax(scores), split(v))
    return mixed.transpose(0, 2, 1, 3).reshape(batch, length, width)
