"""Text from two models: the draft writes ahead, the target reads along."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.decoding.sampling import sample, softmax_probabilities
from minicompress.decoding.speculative import speculative_accept

__all__ = ["SpeculativeRun", "speculative_generate"]

Logits = Callable[[np.ndarray], Any]


@dataclasses.dataclass(frozen=True, eq=False)
class SpeculativeRun:
    """New ``tokens``, and what they cost: calls of the target, tokens drafted, drafts accepted."""

    tokens: np.ndarray
    target_calls: int
    drafted: int
    accepted: int

    @property
    def tokens_per_call(self) -> float:
        """New tokens for each call of the target; 1 is what plain decoding has."""
        return self.tokens.size / max(1, self.target_calls)


def speculative_generate(
    target: Logits,
    draft: Logits,
    prompt: Any,
    *,
    max_new_tokens: int,
    rng: np.random.Generator,
    gamma: int = 4,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    stop: int | None = None,
) -> SpeculativeRun:
    """Continue ``prompt`` (length,): the tokens have the target's distribution, at temperature 0 its very choices.

    Parameters
    ----------
    target, draft : callable
        ids (length,) int64 -> logits (length, vocabulary), row i for the token behind ids[i].
    gamma : int
        Tokens drafted for each call of the target.
    temperature, top_k, top_p
        Of both models, see ``softmax_probabilities``.
    stop : int, optional
        The id after which to stop; it is part of the result.

    Examples
    --------
    >>> def count(ids):    # the next token is one more, modulo 5
    ...     return 9.0 * np.eye(5)[(ids + 1) % 5]
    >>> run = speculative_generate(count, count, [0], max_new_tokens=6, temperature=0, rng=np.random.default_rng(0))
    >>> run.tokens, run.target_calls, run.accepted
    (array([1, 2, 3, 4, 0, 1]), 2, 4)
    """
    ids = checks.int_array(prompt, "prompt", ndim=1, low=0).astype(np.int64)
    if not ids.size:
        raise ValueError("prompt must hold at least one token; got none")
    count = checks.integer(max_new_tokens, "max_new_tokens", low=0)
    ahead = checks.integer(gamma, "gamma", low=1)
    end = None if stop is None else checks.integer(stop, "stop", low=0)
    checks.generator(rng)
    rule: dict[str, Any] = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    calls = drafted = accepted = 0
    start = ids.size
    while ids.size - start < count:
        steps = min(ahead, count - (ids.size - start) - 1)
        longer, q = _drafts(draft, ids, steps, rule, rng)
        p = softmax_probabilities(_rows(target, longer, "target")[ids.size - 1 :], **rule)
        if q.shape[1:] != p.shape[1:] and steps:
            raise ValueError(f"draft must have the target's vocabulary of {p.shape[1]}; got {q.shape[1]}")
        new = speculative_accept(longer[ids.size :], p, q if steps else p[:0], rng)
        calls, drafted, accepted = calls + 1, drafted + steps, accepted + new.size - 1
        if end is not None and (new == end).any():
            return SpeculativeRun(_until(ids[start:], new, end), calls, drafted, accepted)
        ids = np.concatenate([ids, new])
    return SpeculativeRun(ids[start:], calls, drafted, accepted)


def _drafts(
    draft: Logits, ids: np.ndarray, steps: int, rule: dict[str, Any], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``ids`` with ``steps`` drafted tokens behind them, and the distributions that these came from."""
    rows = []
    for _ in range(steps):
        rows.append(softmax_probabilities(_rows(draft, ids, "draft")[-1], **rule))
        ids = np.append(ids, sample(rows[-1], rng))
    return ids, np.array(rows) if rows else np.zeros((0, 0))


def _rows(model: Logits, ids: np.ndarray, name: str) -> np.ndarray:
    """The model's logits; it is given a copy, so that it cannot change the text."""
    logits = np.asarray(model(ids.copy()))
    if logits.ndim != 2 or logits.shape[0] != ids.size:
        raise ValueError(f"{name} must return logits ({ids.size}, vocabulary); got {checks.describe(logits)}")
    if ids.max() >= logits.shape[1]:
        raise ValueError(f"prompt must hold ids below the {name}'s vocabulary of {logits.shape[1]}; got {ids.max()}")
    return logits


def _until(before: np.ndarray, new: np.ndarray, stop: int) -> np.ndarray:
    return np.concatenate([before, new[: int(np.argmax(new == stop)) + 1]])
