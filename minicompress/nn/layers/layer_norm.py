"""Layer normalization: each row gets mean 0 and variance 1, then a learned scale and shift."""

from __future__ import annotations

import numpy as np

from minicompress.checks import describe, integer, real
from minicompress.nn.module import Module
from minicompress.nn.stored import StoredWeight
from minicompress.nn.tensor import Tensor, as_tensor, parameter


def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, *, eps: float = 1e-5) -> Tensor:
    """Return ``y = h * weight + bias`` with ``h = (x - mean) / sqrt(var + eps)`` over the last axis, of length d.

    With ``q = g * weight`` the gradient is ``dL/dx = (q - mean(q) - h mean(q h)) / sqrt(var + eps)``: what would only
    shift or stretch the row is taken out, since the normalization undoes it.
    Source: Ba, Kiros and Hinton, arXiv:1607.06450.

    >>> layer_norm(Tensor([[1.0, 3.0]]), Tensor([1.0, 1.0]), Tensor([0.0, 0.0]), eps=0.0).data
    array([[-1.,  1.]], dtype=float32)
    """
    d = weight.shape[0]
    if x.ndim == 0 or x.shape[-1] != d:
        raise ValueError(f"x must have shape (..., {d}); got {describe(x.data)}")
    h = x.data - x.data.mean(axis=-1, keepdims=True)
    inverse = 1 / np.sqrt(_row_dot(h, h) / d + eps)
    h *= inverse
    scale = weight.data

    def rule(g: np.ndarray) -> np.ndarray:
        q = g * scale
        along = _row_dot(q, h) / d
        q -= q.mean(axis=-1, keepdims=True)
        q -= h * along
        q *= inverse
        return q

    y = h * scale
    y += bias.data
    return Tensor.record(
        y,
        (x, rule),
        (weight, lambda g: np.einsum("id,id->d", g.reshape(-1, d), h.reshape(-1, d))),
        (bias, lambda g: g.reshape(-1, d).sum(axis=0)),
    )


def _row_dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return ``sum(a * b)`` over the last axis, kept with length 1."""
    return np.einsum("...d,...d->...", a, b)[..., None]


class LayerNorm(Module):
    """Normalize the last axis; ``weight`` (dim,) starts at 1 and ``bias`` (dim,) at 0."""

    weight: Tensor | StoredWeight
    bias: Tensor | StoredWeight

    def __init__(self, dim: int, *, eps: float = 1e-5) -> None:
        size = integer(dim, "dim", low=1)
        self.eps = real(eps, "eps", low=0)
        self.weight, self.bias = parameter(np.ones(size, np.float32)), parameter(np.zeros(size, np.float32))

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Map (..., dim) to (..., dim)."""
        return layer_norm(as_tensor(x), self._get("weight"), self._get("bias"), eps=self.eps)
