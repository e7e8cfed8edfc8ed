"""A small transformer encoder that classifies names: embeddings, pre-norm blocks, mean over positions, linear head."""

from __future__ import annotations

import numpy as np

from minicompress.data.tokens import PAD
from minicompress.models.classifier import ClassifierConfig, TextClassifier, masked_mean
from minicompress.nn import Dropout, Embedding, LayerNorm, Linear, Module, MultiHeadAttention, Tensor

__all__ = ["TextTransformer"]


class Block(Module):
    """x + attention(norm(x)), then x + down(gelu(up(norm(x)))). Source: Xiong et al. 2020, arXiv:2002.04745."""

    def __init__(self, config: ClassifierConfig, *, rng: np.random.Generator) -> None:
        width = config.width
        self.norm_attention = LayerNorm(width)
        self.attention = MultiHeadAttention(width, config.heads, rng=rng)
        self.norm_feed_forward = LayerNorm(width)
        self.up = Linear(width, config.hidden, rng=rng)
        self.down = Linear(config.hidden, width, rng=rng)
        self.dropout = Dropout(config.dropout, rng=rng)

    def forward(self, x: Tensor, mask: np.ndarray) -> Tensor:
        """(batch, length, width) to the same shape; ``mask`` (batch, length) is True at real characters."""
        x = x + self.dropout(self.attention(self.norm_attention(x), mask=mask))
        return x + self.dropout(self.down(self.up(self.norm_feed_forward(x)).gelu()))


class TextTransformer(TextClassifier):
    """Character embeddings and learned positions, ``layers`` blocks, a final norm, a masked mean, a linear head."""

    kind = "transformer"

    def build(self, config: ClassifierConfig, rng: np.random.Generator) -> None:
        """Create the layers."""
        self.embedding = Embedding(config.vocabulary, config.width, rng=rng)
        self.positions = Embedding(config.max_length, config.width, rng=rng)
        self.dropout = Dropout(config.dropout, rng=rng)
        self.blocks = [Block(config, rng=rng) for _ in range(config.layers)]
        self.norm = LayerNorm(config.width)
        self.head = Linear(config.width, config.classes, rng=rng)

    def forward(self, ids: np.ndarray) -> Tensor:
        """Ids (batch, length) to logits (batch, classes)."""
        mask = ids != PAD
        x = self.dropout(self.embedding(ids) + self.positions(np.arange(ids.shape[1])))
        for block in self.blocks:
            x = block(x, mask)
        return self.head(masked_mean(self.norm(x), mask))
