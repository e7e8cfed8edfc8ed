"""Root-mean-square normalization: layer normalization without the mean and the shift."""

from __future__ import annotations

import numpy as np

from minicompress.checks import describe, integer, real
from minicompress.nn import Module, StoredWeight, Tensor, as_tensor, parameter

__all__ = ["RMSNorm", "rms_norm"]


def rms_norm(x: Tensor, weight: Tensor, *, eps: float = 1e-5) -> Tensor:
    """Return ``y = h * weight`` with ``h = x / sqrt(mean(x**2) + eps)`` over the last axis.

    With ``q = g * weight`` the gradient is ``dL/dx = (q - h mean(q h)) / sqrt(mean(x**2) + eps)``.
    Source: Zhang and Sennrich, arXiv:1910.07467.

    >>> rms_norm(Tensor([[3.0, -3.0]]), Tensor([1.0, 2.0]), eps=0.0).data
    array([[ 1., -2.]], dtype=float32)
    """
    d = weight.shape[0]
    if x.ndim == 0 or x.shape[-1] != d:
        raise ValueError(f"x must have shape (..., {d}); got {describe(x.data)}")
    inverse = 1 / np.sqrt(_row_dot(x.data, x.data) / d + eps)
    h = x.data * inverse
    scale = weight.data

    def rule(g: np.ndarray) -> np.ndarray:
        q = g * scale
        q -= h * (_row_dot(q, h) / d)
        q *= inverse
        return q

    return Tensor.record(
        h * scale, (x, rule), (weight, lambda g: np.einsum("id,id->d", g.reshape(-1, d), h.reshape(-1, d)))
    )


def _row_dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("...d,...d->...", a, b)[..., None]


class RMSNorm(Module):
    """Normalize the last axis; ``weight`` (dim,) starts at 1."""

    weight: Tensor | StoredWeight

    def __init__(self, dim: int, *, eps: float = 1e-5) -> None:
        self.eps = real(eps, "eps", low=0)
        self.weight = parameter(np.ones(integer(dim, "dim", low=1), np.float32))

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Map (..., dim) to (..., dim)."""
        return rms_norm(as_tensor(x), self._get("weight"), eps=self.eps)
