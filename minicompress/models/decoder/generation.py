"""Text from a decoder, a token at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.models.decoder.cache import KVCache
from minicompress.models.decoder.model import Decoder

__all__ = ["Choose", "generate", "greedy"]

Choose = Callable[[np.ndarray, np.random.Generator], int]


def greedy(logits: np.ndarray, rng: np.random.Generator) -> int:
    """Return the id of the largest of ``logits`` (vocabulary,); ``rng`` is not used."""
    return int(logits.argmax())


def generate(
    model: Decoder,
    ids: Any,
    *,
    max_new_tokens: int,
    choose: Choose = greedy,
    rng: np.random.Generator | None = None,
    cache: KVCache | None = None,
    stop: int | None = None,
) -> np.ndarray:
    """Continue the prompt ``ids`` (length,) and return the new ids, int32: at the most ``max_new_tokens``.

    Parameters
    ----------
    choose : callable
        ``choose(logits, rng)`` returns the next id from the logits (vocabulary,) of the last position.
    rng : numpy.random.Generator, optional
        For ``choose``; one with seed 0 by default.
    cache : KVCache, optional
        An empty cache to use, such as a quantized one; one in float by default.
    stop : int, optional
        The id after which to stop, such as ``model.tokenizer.end``; it is part of the result.

    Positions beyond ``model.config.context`` were not trained: the text gets worse there.

    >>> from minicompress.models.decoder.config import DecoderConfig
    >>> config = DecoderConfig(10, width=8, layers=1, heads=2, kv_heads=1, hidden=8)
    >>> generate(Decoder(config, rng=np.random.default_rng(0)), [1, 2], max_new_tokens=3).shape
    (3,)
    """
    prompt = checks.int_array(ids, "ids", ndim=1, low=0, high=model.config.vocabulary - 1)
    if not len(prompt):
        raise ValueError("ids must hold at least one token; got none")
    count = checks.integer(max_new_tokens, "max_new_tokens", low=0)
    source = np.random.default_rng(0) if rng is None else checks.generator(rng)
    used = KVCache(model.config.layers) if cache is None else cache
    if used.length:
        raise ValueError(f"cache must be empty; it holds {used.length} tokens")
    new: list[int] = []
    step = prompt
    while len(new) < count:
        logits = model.logits(step[None], used)[0, -1]
        new.append(int(choose(logits, source)))
        if new[-1] == stop:
            break
        step = np.array(new[-1:], np.int32)
    return np.array(new, np.int32)
