"""Multi-head latent attention: keys and values of all heads are rebuilt from one short vector a token.

    c_t = norm(W_c x_t)               latent, ``latent_rank`` channels: all that is cached,
    r_t = rope(W_r x_t)               but for one rotary key of ``rope_dim`` channels that the heads share
    k_t = [W_k c_t, r_t]              per head
    v_t = W_v c_t
    q_t = [q_t', rope(q_t'')]         score = q k / sqrt(d + rope_dim)

RoPE stands between a query and a key, so a rotated key could not be rebuilt without knowing its position: hence the
key of its own ("decoupled"). What has no rotation can be *absorbed*: ``q' (W_k c) = (W_k^T q') c``, so attention runs
on the latents themselves, as multi-query attention with one wide head, and no key or value is ever rebuilt.

Source: DeepSeek-AI, "DeepSeek-V2", arXiv:2405.04434, section 2.1 (here, as in its Lite model, queries have no latent).
"""

from __future__ import annotations

import numpy as np

from minicompress.models.decoder.attention import Tables, split_heads
from minicompress.models.decoder.cache import LayerCache
from minicompress.models.decoder.config import DecoderConfig
from minicompress.models.decoder.rms_norm import RMSNorm
from minicompress.models.decoder.rope import rope
from minicompress.nn import Linear, Module, Tensor, attention_weights, concatenate

__all__ = ["MultiHeadLatentAttention"]


class MultiHeadLatentAttention(Module):
    """See the module; ``absorbed`` chooses the form (None: absorbed where there is a cache). Both give one result."""

    def __init__(self, config: DecoderConfig, *, rng: np.random.Generator) -> None:
        if config.latent_rank is None:
            raise ValueError("latent_rank must be a number for latent attention; got None")
        self.heads, self.dim, self.rope_dim = config.heads, config.head_dim, config.rope_dim
        self.rank = config.latent_rank
        self.absorbed: bool | None = None
        self.query = Linear(config.width, config.heads * (self.dim + self.rope_dim), rng=rng, bias=False)
        self.latent = Linear(config.width, self.rank, rng=rng, bias=False)
        self.norm = RMSNorm(self.rank, eps=config.eps)
        self.rope_key = Linear(config.width, self.rope_dim, rng=rng, bias=False)
        self.key_up = Linear(self.rank, config.heads * self.dim, rng=rng, bias=False)
        self.value_up = Linear(self.rank, config.heads * self.dim, rng=rng, bias=False)
        self.output = Linear(config.heads * self.dim, config.width, rng=rng, bias=False)

    def forward(self, x: Tensor, tables: Tables, cache: LayerCache | None = None) -> Tensor:
        """Map (batch, length, width) to the same shape; ``tables`` are of the positions of ``x``."""
        batch, length, _ = x.shape
        query = split_heads(self.query(x), self.heads)
        plain, turned = query[..., : self.dim], rope(query[..., self.dim :], tables)
        latent = split_heads(self.norm(self.latent(x)), 1)  # (batch, 1, length, rank)
        shared = rope(split_heads(self.rope_key(x), 1), tables)  # (batch, 1, length, rope_dim)
        if cache is not None:
            latents, keys = cache.append(latent.data, shared.data)
            latent, shared = Tensor(latents), Tensor(keys)
        absorbed = cache is not None if self.absorbed is None else self.absorbed
        mixed = (self._absorbed if absorbed else self._naive)(plain, turned, latent, shared)
        return self.output(mixed.swapaxes(1, 2).reshape(batch, length, self.heads * self.dim))

    def _naive(self, plain: Tensor, turned: Tensor, latent: Tensor, shared: Tensor) -> Tensor:
        """Rebuild every head's keys and values from the latents."""
        batch, _, tokens, rank = latent.shape
        flat = latent.reshape(batch, tokens, rank)
        key = split_heads(self.key_up(flat), self.heads)
        value = split_heads(self.value_up(flat), self.heads)
        # The shared key goes to each head: adding zeros repeats it on the tape.
        repeated = shared + np.zeros((1, self.heads, 1, 1), shared.dtype)
        weights = attention_weights(concatenate([plain, turned]), concatenate([key, repeated]), causal=True)
        return weights @ value

    def _absorbed(self, plain: Tensor, turned: Tensor, latent: Tensor, shared: Tensor) -> Tensor:
        """Move ``W_k`` into the query and ``W_v`` behind the mean: attention over the latents."""
        key_up = self.key_up._get("weight").reshape(self.heads, self.dim, self.rank)
        value_up = self.value_up._get("weight").reshape(self.heads, self.dim, self.rank)
        query = concatenate([plain @ key_up, turned])  # (batch, heads, length, rank + rope_dim)
        # attention_weights divides by the root of the width it sees; the scores want that of the naive form.
        correction = float(np.sqrt((self.rank + self.rope_dim) / (self.dim + self.rope_dim)))
        weights = attention_weights(query * correction, concatenate([latent, shared]), causal=True)
        return (weights @ latent) @ value_up.swapaxes(1, 2)
