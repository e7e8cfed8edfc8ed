"""The decoder: tokens in, the logits of the next token out, at every position."""

from __future__ import annotations

import dataclasses
import functools
import json
import operator
from typing import Any, Self

import numpy as np
from safetensors.numpy import save

from minicompress import checks
from minicompress.data.bpe import ByteBPE
from minicompress.models.decoder.attention import GroupedQueryAttention, Tables
from minicompress.models.decoder.cache import KVCache, LayerCache
from minicompress.models.decoder.config import DecoderConfig
from minicompress.models.decoder.experts import MixtureOfExperts
from minicompress.models.decoder.feed_forward import SwiGLU
from minicompress.models.decoder.latent import MultiHeadLatentAttention
from minicompress.models.decoder.rms_norm import RMSNorm
from minicompress.models.decoder.rope import rope_tables
from minicompress.nn import Dropout, Embedding, Module, Tensor, linear, no_grad

__all__ = ["Block", "Decoder"]


class Block(Module):
    """``x + attention(norm(x))``, then ``x + feed_forward(norm(x))``: the stream itself is never normalized."""

    def __init__(self, config: DecoderConfig, *, rng: np.random.Generator) -> None:
        self.norm_attention = RMSNorm(config.width, eps=config.eps)
        kind = GroupedQueryAttention if config.latent_rank is None else MultiHeadLatentAttention
        self.attention: GroupedQueryAttention | MultiHeadLatentAttention = kind(config, rng=rng)
        self.norm_feed_forward = RMSNorm(config.width, eps=config.eps)
        self.feed_forward: SwiGLU | MixtureOfExperts = (
            MixtureOfExperts(config.width, config.hidden, config.experts, config.experts_per_token, rng=rng)
            if config.experts
            else SwiGLU(config.width, config.hidden, rng=rng)
        )
        self.dropout = Dropout(config.dropout, rng=rng)

    def forward(self, x: Tensor, tables: Tables, cache: LayerCache | None = None) -> Tensor:
        """(batch, length, width) to the same shape."""
        x = x + self.dropout(self.attention(self.norm_attention(x), tables, cache))
        return x + self.dropout(self.feed_forward(self.norm_feed_forward(x)))


class Decoder(Module):
    """Embedding, blocks, a last norm, and the embedding once more as the output layer ("tied").

    Parameters
    ----------
    config : DecoderConfig
    tokenizer : ByteBPE, optional
        Goes into the checkpoint with the weights.
    rng : numpy.random.Generator
        Draws the initial weights and the dropout.

    Examples
    --------
    >>> config = DecoderConfig(10, width=8, layers=1, heads=2, kv_heads=1, hidden=8)
    >>> model = Decoder(config, rng=np.random.default_rng(0)).eval()
    >>> model(np.array([[1, 2, 3]])).shape
    (1, 3, 10)
    """

    def __init__(self, config: DecoderConfig, *, tokenizer: ByteBPE | None = None, rng: np.random.Generator) -> None:
        if tokenizer is not None and len(tokenizer) != config.vocabulary:
            raise ValueError(f"config says {config.vocabulary} tokens; the tokenizer has {len(tokenizer)}")
        checks.generator(rng)
        self.config = config
        self.tokenizer = tokenizer
        self.info: dict[str, Any] = {}  # how it was trained, and what it scored then
        self.embedding = Embedding(config.vocabulary, config.width, rng=rng)
        self.dropout = Dropout(config.dropout, rng=rng)
        self.blocks = [Block(config, rng=rng) for _ in range(config.layers)]
        self.norm = RMSNorm(config.width, eps=config.eps)

    def forward(self, ids: Any, cache: KVCache | None = None) -> Tensor:
        """Ids (batch, length) to logits (batch, length, vocabulary); with a cache the ids follow those it holds."""
        ids = checks.int_array(ids, "ids", ndim=2, low=0, high=self.config.vocabulary - 1)
        if cache is not None and (self.training or len(cache) != self.config.layers):
            raise ValueError(
                f"a cache serves inference, one part a layer ({self.config.layers}); "
                f"got training={self.training} and {len(cache)} parts"
            )
        start = 0 if cache is None else cache.length
        config = self.config
        dim = config.head_dim if config.latent_rank is None else config.rope_dim
        tables = rope_tables(np.arange(start, start + ids.shape[1]), dim, base=config.rope_base)
        x = self.dropout(self.embedding(ids))
        for i, block in enumerate(self.blocks):
            x = block(x, tables, None if cache is None else cache[i])
        return self._to_logits(self.norm(x))

    def _to_logits(self, x: Tensor) -> Tensor:
        """Products with the rows of the embedding, which may be compressed."""
        weight = self.embedding.weight
        if isinstance(weight, Tensor):
            return linear(x, self.embedding._get("weight"))
        self.embedding._check_inference("weight", x)
        return Tensor(weight.linear(x.data))

    def balance_loss(self) -> Tensor:
        """Return the mean load-balance loss of the blocks in the last call; 0 without experts."""
        losses = [b.feed_forward.balance() for b in self.blocks if isinstance(b.feed_forward, MixtureOfExperts)]
        if not losses:
            return Tensor(np.zeros((), self.norm._get("weight").dtype))
        return functools.reduce(operator.add, losses) * (1 / len(losses))

    def logits(self, ids: Any, cache: KVCache | None = None) -> np.ndarray:
        """Return the logits (batch, length, vocabulary) as an array, in inference mode and without a tape."""
        if self.training:
            self.eval()
        with no_grad():
            return self(ids, cache).data

    # ---- checkpoints -------------------------------------------------------------------------------------------

    def to_bytes(self, *, dtype: Any = np.float16) -> bytes:
        """Return the checkpoint as safetensors bytes; float16 halves it, and the model is what comes back."""
        arrays = {name: np.ascontiguousarray(array, dtype) for name, array in self.state_dict().items()}
        about = {
            "config": dataclasses.asdict(self.config),
            "info": self.info,
            "merges": None if self.tokenizer is None else self.tokenizer.merges,
        }
        # One entry only: safetensors writes several in an order that changes from run to run, and with it the hash.
        return save(arrays, metadata={"decoder": json.dumps(about, sort_keys=True)})

    @classmethod
    def from_parts(cls, arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> Decoder:
        """Rebuild a decoder from a checkpoint's arrays and metadata; what does not fit is a ``ValueError``."""
        try:
            about = json.loads(metadata["decoder"])
            tokenizer = None if about["merges"] is None else ByteBPE(about["merges"])
            model = cls(DecoderConfig(**about["config"]), tokenizer=tokenizer, rng=np.random.default_rng(0))
            model.info = dict(about["info"])
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"this is no decoder checkpoint: {type(error).__name__} {error}") from error
        model.load_state_dict({name: array.astype(np.float32) for name, array in arrays.items()})
        return model.eval()

    def copy(self) -> Self:
        """Return an independent model with the same weights."""
        other = type(self)(self.config, tokenizer=self.tokenizer, rng=np.random.default_rng(0))
        other.info = dict(self.info)
        return other.load_state_dict(self.state_dict()).eval()
