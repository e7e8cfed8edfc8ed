"""A text CNN that classifies names: embeddings, convolutions over characters, the largest response, a linear head.

Source: Kim 2014, arXiv:1408.5882, here with stacked convolutions of one width.
"""

from __future__ import annotations

import numpy as np

from minicompress.data.tokens import PAD
from minicompress.models.classifier import ClassifierConfig, TextClassifier
from minicompress.nn import Conv1d, Dropout, Embedding, Linear, Tensor

__all__ = ["TextCNN"]

_KERNEL = 3


class TextCNN(TextClassifier):
    """``layers`` convolutions of width 3 with ``hidden`` channels, each followed by ReLU; max over positions."""

    kind = "cnn"

    def build(self, config: ClassifierConfig, rng: np.random.Generator) -> None:
        """Create the layers."""
        self.embedding = Embedding(config.vocabulary, config.width, rng=rng)
        channels = [config.width] + [config.hidden] * config.layers
        self.convolutions = [
            Conv1d(i, o, _KERNEL, padding=_KERNEL // 2, rng=rng) for i, o in zip(channels, channels[1:], strict=False)
        ]
        self.dropout = Dropout(config.dropout, rng=rng)
        self.head = Linear(config.hidden, config.classes, rng=rng)

    def forward(self, ids: np.ndarray) -> Tensor:
        """Ids (batch, length) to logits (batch, classes)."""
        mask = (ids != PAD)[:, None, :].astype(np.float32)
        # Padding is set to zero before each convolution, so that it looks like the border of the text.
        x = self.embedding(ids).swapaxes(1, 2) * mask  # Shape: (batch, width, length)
        for convolution in self.convolutions:
            x = convolution(x).relu() * mask
        return self.head(self.dropout(x.max(axis=2)))
