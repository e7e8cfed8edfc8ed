"""How well a language model predicts a text: nats per token, perplexity, bits per byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.models.decoder.model import Decoder
from minicompress.nn.tape.softmax import log_softmax

__all__ = ["LanguageScore", "perplexity", "token_losses"]

_ROWS = 16  # windows in one call


@dataclass(frozen=True)
class LanguageScore:
    """``nats`` per token over ``tokens`` predicted tokens, which stand for ``n_bytes`` bytes of text.

    Perplexities of models with different tokenizers cannot be compared; bits per byte can.

    >>> score = LanguageScore(nats=log(8), tokens=10, n_bytes=30)
    >>> round(score.perplexity, 6), score.bits_per_byte
    (8.0, 1.0)
    """

    nats: float
    tokens: int
    n_bytes: int | None = None

    @property
    def perplexity(self) -> float:
        """``e**nats``: among so many equally likely tokens the model is as unsure."""
        return exp(self.nats)

    @property
    def bits_per_byte(self) -> float:
        """``nats tokens / (ln 2 bytes)``."""
        if not self.n_bytes:
            raise ValueError("bits per byte need a model with a tokenizer")
        return self.nats * self.tokens / (log(2) * self.n_bytes)


def perplexity(model: Decoder, ids: Any, *, window: int | None = None, stride: int | None = None) -> LanguageScore:
    """Score ``ids`` (length,): each token is predicted from those before it in its window.

    Parameters
    ----------
    window : int
        Tokens that the model sees; its ``context`` by default.
    stride : int
        Step from one window to the next, ``window`` by default. A smaller one gives every token at least
        ``window - stride`` tokens of context, at the price of ``window / stride`` times the work.

    Notes
    -----
    The first token has nothing before it and is not scored.
    """
    losses = token_losses(lambda rows: model.logits(rows), ids, window=window or model.config.context, stride=stride)
    lengths = None if model.tokenizer is None else model.tokenizer.byte_lengths
    n_bytes = None if lengths is None else int(lengths[np.asarray(ids)[1:]].sum())
    return LanguageScore(float(losses.mean()), len(losses), n_bytes)


def token_losses(
    logits: Callable[[np.ndarray], np.ndarray], ids: Any, *, window: int, stride: int | None = None
) -> np.ndarray:
    """Return ``-ln p`` of every token but the first, float64 (length - 1,); see :func:`perplexity`.

    ``logits`` maps ids (batch, length) to (batch, length, vocabulary).

    >>> token_losses(lambda rows: np.zeros((*rows.shape, 4)), [0, 1, 2, 3], window=2).round(4)
    array([1.3863, 1.3863, 1.3863])
    """
    array = checks.int_array(ids, "ids", ndim=1, low=0)
    size = checks.integer(window, "window", low=1)
    step = size if stride is None else checks.integer(stride, "stride", low=1, high=size)
    if len(array) < 2:
        raise ValueError(f"ids must hold at least two tokens; got {len(array)}")
    losses = np.empty(len(array) - 1)
    # The first window is scored whole, each later one at its last `step` tokens; the last may be shorter.
    starts = list(range(0, max(1, len(losses) - size + step), step))
    whole = [s for s in starts if s + size <= len(losses)]
    groups = [whole[i : i + _ROWS] for i in range(0, len(whole), _ROWS)] + [[s] for s in starts[len(whole) :]]
    for group in groups:
        rows = np.stack([array[s : min(s + size, len(losses))] for s in group])
        targets = np.stack([array[s + 1 : s + 1 + rows.shape[1]] for s in group])
        log_p = log_softmax(logits(rows).astype(np.float64))
        found = -np.take_along_axis(log_p, targets[..., None].astype(np.int64), axis=-1)[..., 0]
        for s, row in zip(group, found, strict=True):
            known = 0 if s == 0 else size - step
            losses[s + known : s + len(row)] = row[known:]
    return losses
