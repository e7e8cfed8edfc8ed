"""The mean of several workers' messages: which formats stay small when they are added up, and which do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minicompress import checks
from minicompress.gradients.messages import DenseMessage, LowRankMessage, Message, SignMessage, SparseMessage

__all__ = ["all_reduce_mean"]


def all_reduce_mean(messages: Sequence[Message]) -> Message:
    """Return a message that stands for the mean of what ``messages`` stand for.

    - Low-rank messages of one P (see ``compress_shared``): the mean of the Q, no larger than one of them.
    - Sparse messages: the union of their places, up to as many times larger as there are workers.
    - Signs and dense messages: dense; signs are not closed under addition.

    >>> a = SparseMessage((4,), np.int32([0, 2]), np.float32([2, 4]))
    >>> b = SparseMessage((4,), np.int32([2, 3]), np.float32([6, 8]))
    >>> both = all_reduce_mean([a, b])
    >>> both.indices, both.values, both.nbytes
    (array([0, 2, 3], dtype=int32), array([1., 5., 4.], dtype=float32), 24)
    """
    found = list(messages)
    if not found:
        raise ValueError("messages is empty: there is nothing to average")
    for message in found:
        if not isinstance(message, Message):
            raise TypeError(f"messages must come from compress(); got {checks.describe(message)}")
    first = found[0]
    if len({(type(m), m.shape) for m in found}) > 1:
        kinds = ", ".join(sorted({f"{type(m).__name__} {m.shape}" for m in found}))
        raise ValueError(f"messages must be of one kind and shape; got {kinds}")
    if isinstance(first, SparseMessage):
        return _union([m for m in found if isinstance(m, SparseMessage)])
    if isinstance(first, LowRankMessage):
        return _mean_q([m for m in found if isinstance(m, LowRankMessage)])
    mean = np.mean([m.to_dense() for m in found], axis=0)
    kind = first.positive.dtype if isinstance(first, SignMessage) else np.asarray(getattr(first, "values", mean)).dtype
    return DenseMessage(first.shape, np.asarray(mean, kind))


def _union(messages: list[SparseMessage]) -> SparseMessage:
    places, owner = np.unique(np.concatenate([m.indices for m in messages]), return_inverse=True)
    weights = np.concatenate([m.values for m in messages]).astype(np.float64) / len(messages)
    sums = np.bincount(owner, weights=weights, minlength=places.size)
    return SparseMessage(messages[0].shape, places, sums.astype(messages[0].values.dtype))


def _mean_q(messages: list[LowRankMessage]) -> LowRankMessage:
    first = messages[0]
    if any(not np.array_equal(first.p, m.p) for m in messages):
        raise ValueError("low-rank messages must share one P to be averaged: make them with compress_shared()")
    mean = np.mean([m.q for m in messages], axis=0, dtype=np.float64)
    return LowRankMessage(first.shape, first.p, mean.astype(first.q.dtype))
