"""Scaled dot-product attention with several heads."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.checks import describe, integer
from minicompress.nn.layers.dropout import Dropout
from minicompress.nn.layers.linear import Linear
from minicompress.nn.module import Module
from minicompress.nn.tensor import Tensor, as_tensor

HIDDEN = -1e9  # added to a score that must not count: e**-1e9 is 0, and a row with nothing to see stays finite


def attention_weights(query: Tensor, key: Tensor, *, mask: np.ndarray | None = None, causal: bool = False) -> Tensor:
    """Return ``softmax(Q K' / sqrt(d))`` of shape (..., n, m) for ``Q`` (..., n, d) and ``K`` (..., m, d).

    ``mask`` is true where a query may look and broadcasts to (..., n, m). With ``causal`` the last query sees all keys,
    the one before it one less, and so on, so that it is right too when ``n < m`` (cached keys).
    Source: Vaswani et al., arXiv:1706.03762.

    >>> q = Tensor(np.zeros((1, 2, 4)))
    >>> attention_weights(q, q, causal=True).data
    array([[[1. , 0. ],
            [0.5, 0.5]]])
    """
    scores = (query * query.shape[-1] ** -0.5) @ key.swapaxes(-1, -2)
    n, m = scores.shape[-2:]
    visible = mask
    if causal and n > 1:  # a single last query sees everything
        past = np.tri(n, m, m - n, dtype=bool)
        visible = past if mask is None else past & mask
    if visible is not None:
        scores = scores + np.where(visible, 0, HIDDEN)
    return scores.softmax()


class MultiHeadAttention(Module):
    """Self-attention with ``n_heads`` heads: linear maps ``query``, ``key``, ``value``, ``output``, each (dim, dim)."""

    def __init__(self, dim: int, n_heads: int, *, rng: np.random.Generator, dropout: float = 0.0) -> None:
        self.n_heads = integer(n_heads, "n_heads", low=1)
        if integer(dim, "dim", low=1) % self.n_heads:
            raise ValueError(f"dim must be a multiple of n_heads = {self.n_heads}; got {dim}")
        self.query, self.key = Linear(dim, dim, rng=rng), Linear(dim, dim, rng=rng)
        self.value, self.output = Linear(dim, dim, rng=rng), Linear(dim, dim, rng=rng)
        self.dropout = Dropout(dropout, rng=rng)

    def forward(
        self, x: Tensor | np.ndarray, *, mask: Any = None, causal: bool = False, return_weights: bool = False
    ) -> Any:
        """Map (batch, length, dim) to the same shape; ``mask`` (batch, length) is false at padding.

        With ``return_weights`` also return the attention weights (batch, heads, length, length), before dropout.
        """
        x = as_tensor(x)
        if x.ndim != 3:
            raise ValueError(f"x must have shape (batch, length, dim); got {describe(x.data)}")
        visible = None if mask is None else _padding_mask(mask, x.shape[:2])
        query, key, value = (self._split(project(x)) for project in (self.query, self.key, self.value))
        weights = attention_weights(query, key, mask=visible, causal=causal)
        mixed = self.dropout(weights) @ value  # (batch, heads, length, dim / heads)
        out = self.output(mixed.swapaxes(1, 2).reshape(x.shape[0], x.shape[1], -1))  # narrower where heads were cut
        return (out, weights) if return_weights else out

    def _split(self, x: Tensor) -> Tensor:
        """Cut the last axis into heads: (batch, length, dim) to (batch, heads, length, dim / heads)."""
        batch, length, dim = x.shape
        return x.reshape(batch, length, self.n_heads, dim // self.n_heads).swapaxes(1, 2)


def _padding_mask(mask: Any, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(mask)
    if array.shape != shape or array.dtype.kind not in "bui":
        raise ValueError(f"mask must be of bool and shape {shape}, true at real tokens; got {describe(array)}")
    return array.astype(bool)[:, None, None, :]
