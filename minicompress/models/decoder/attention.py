"""Causal self-attention with fewer heads of keys and values than of queries."""

from __future__ import annotations

import numpy as np

from minicompress.models.decoder.cache import LayerCache
from minicompress.models.decoder.config import DecoderConfig
from minicompress.models.decoder.rope import rope
from minicompress.nn import Linear, Module, Tensor, attention_weights

__all__ = ["GroupedQueryAttention", "split_heads"]

Tables = tuple[np.ndarray, np.ndarray]


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Cut the last axis into heads: (batch, length, heads * d) to (batch, heads, length, d)."""
    batch, length, width = x.shape
    return x.reshape(batch, length, heads, width // heads).swapaxes(1, 2)


class GroupedQueryAttention(Module):
    """``heads / kv_heads`` neighbouring query heads share one head of keys and values.

    ``kv_heads = heads`` is multi-head attention, ``kv_heads = 1`` multi-query attention. The cache, and the traffic of
    reading it at every step, shrink by ``heads / kv_heads``.
    Source: Ainslie et al., arXiv:2305.13245; Shazeer, "Fast transformer decoding", arXiv:1911.02150.
    """

    def __init__(self, config: DecoderConfig, *, rng: np.random.Generator) -> None:
        self.heads, self.kv_heads, self.head_dim = config.heads, config.kv_heads, config.head_dim
        kv_width = config.kv_heads * config.head_dim
        self.query = Linear(config.width, config.width, rng=rng, bias=False)
        self.key = Linear(config.width, kv_width, rng=rng, bias=False)
        self.value = Linear(config.width, kv_width, rng=rng, bias=False)
        self.output = Linear(config.width, config.width, rng=rng, bias=False)

    def forward(self, x: Tensor, tables: Tables, cache: LayerCache | None = None) -> Tensor:
        """Map (batch, length, width) to the same shape; ``tables`` are of the positions of ``x``."""
        batch, length, _ = x.shape
        query = rope(split_heads(self.query(x), self.heads), tables)
        key = rope(split_heads(self.key(x), self.kv_heads), tables)
        value = split_heads(self.value(x), self.kv_heads)
        if cache is not None:
            keys, values = cache.append(key.data, value.data)
            key, value = Tensor(keys), Tensor(values)
        group, d = self.heads // self.kv_heads, self.head_dim
        grouped = query.reshape(batch, self.kv_heads, group, length, d)
        key, value = (t.reshape(batch, self.kv_heads, 1, t.shape[2], d) for t in (key, value))
        mixed = attention_weights(grouped, key, causal=True) @ value  # (batch, kv_heads, group, length, d)
        return self.output(mixed.reshape(batch, self.heads, length, d).swapaxes(1, 2).reshape(batch, length, -1))
