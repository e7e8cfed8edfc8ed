"""What stands between the matrix products of a transformer: normalisation, GELU, softmax, attention. float32.

    layer_norm   (x - mean) / sqrt(variance + eps) * weight + bias      Ba et al. 2016, arXiv:1607.06450
    gelu         x (1 + erf(x / sqrt(2))) / 2                           Hendrycks and Gimpel 2016, arXiv:1606.08415
    softmax      e^x / sum(e^x)
    attention    softmax(Q K^T / sqrt(d)) V for each head               Vaswani et al. 2017, arXiv:1706.03762

Each returns a new array, or writes to ``out`` and returns that; ``out`` may be the first argument.
"""

from __future__ import annotations

import numpy as np

__all__ = ["attention", "gelu", "layer_norm", "softmax"]


def layer_norm(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    eps: float,
    residual: np.ndarray | None = None,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Each row of ``x + residual`` (n, width) with mean 0 and variance 1, times ``weight`` plus ``bias`` (width,).

    >>> layer_norm(np.float32([[1, 3]]), np.float32([2, 2]), np.float32([0, 1]), 0.0)
    array([[-2.,  3.]], dtype=float32)
    """
    total = x if residual is None else x + residual
    centred = total - total.mean(axis=-1, keepdims=True)
    variance = np.einsum("...i,...i->...", centred, centred)[..., None] / np.float32(x.shape[-1])
    normal = centred / np.sqrt(variance + np.float32(eps)) * weight + bias
    return _written(normal, out)


def gelu(x: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """x times the normal distribution's share below it, for ``x`` of any shape.

    >>> gelu(np.float32([0, 1, -1])).round(4)
    array([ 0.    ,  0.8413, -0.1587], dtype=float32)
    """
    from scipy import special  # here, because it takes longer to import than all of this package

    # The share below x as erfc, not as 1 + erf: near -1 the sum would cancel.
    return _written(x * (special.erfc(x * np.float32(-(0.5**0.5))) * np.float32(0.5)), out)


def softmax(x: np.ndarray, mask: np.ndarray | None = None, out: np.ndarray | None = None) -> np.ndarray:
    """Shares of each row of ``x`` (n, width); 0 where ``mask`` (n, width) bool is False, which no whole row may be.

    >>> softmax(np.float32([[0, 0, 9]]), np.array([[True, True, False]]))
    array([[0.5, 0.5, 0. ]], dtype=float32)
    """
    scores = x if mask is None else np.where(mask, x, np.float32(-np.inf))
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return _written(powers / powers.sum(axis=-1, keepdims=True), out)


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, heads: int, mask: np.ndarray | None = None) -> np.ndarray:
    """Attention of every token to the tokens of its text: (batch, length, heads * d) as ``q``, ``k`` and ``v`` are.

    ``mask`` (batch, length) bool is True at real tokens, of which each text has one at least; None where all are.

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
    real = None if mask is None else np.broadcast_to(mask[:, None, None, :], scores.shape)
    mixed = np.matmul(softmax(scores, real, out=scores), split(v))
    return mixed.transpose(0, 2, 1, 3).reshape(batch, length, width)


def _written(result: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    if out is None:
        return result
    out[...] = result
    return out
