"""Mini-batches of padded id rows: shuffled, and if wanted with rows of like length together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minicompress import checks
from minicompress.data.tokens import PAD


def batches(
    ids: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    rng: np.random.Generator | None = None,
    bucket: bool = False,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield ``(ids, labels)`` batches that hold every sample once, cut to the longest row of the batch.

    ``ids`` is ``(n, length)`` with padding 0 at the end, ``labels`` ``(n,)``. With ``rng`` the order is
    shuffled. ``bucket=True`` also puts rows of like length together: runs of 32 batches are sorted by length, then
    the batches are shuffled, so the order stays random and less padding is computed. The last batch may be smaller.

    >>> ids = np.array([[2, 0, 0], [3, 4, 0], [5, 0, 0]], np.int32)
    >>> [(x.shape, y.tolist()) for x, y in batches(ids, np.array([7, 8, 9]), batch_size=2)]
    [((2, 2), [7, 8]), ((1, 1), [9])]
    """
    ids = checks.int_array(ids, "ids", ndim=2, low=0)
    labels = checks.int_array(labels, "labels", ndim=1)
    batch_size = checks.integer(batch_size, "batch_size", low=1)
    if len(ids) != len(labels):
        raise ValueError(f"labels must have one entry per row of ids ({len(ids)}); got {len(labels)}")
    if bucket and rng is None:
        raise ValueError("bucket=True needs rng: without a shuffle, training would go from short to long")
    lengths = _lengths(ids)
    return _iterate(ids, labels, lengths, _order(lengths, batch_size, rng, bucket))


def _lengths(ids: np.ndarray) -> np.ndarray:
    """Return the position after the last character of each row, at least 1."""
    filled = ids != PAD
    last = ids.shape[1] - np.argmax(filled[:, ::-1], axis=1)
    return np.where(filled.any(axis=1), last, 1)


def _order(lengths: np.ndarray, batch_size: int, rng: np.random.Generator | None, bucket: bool) -> list[np.ndarray]:
    count = len(lengths)
    order = np.arange(count) if rng is None else checks.generator(rng).permutation(count)
    if bucket and rng is not None:
        run = 32 * batch_size
        sort = [chunk[np.argsort(lengths[chunk], kind="stable")] for chunk in _chunks(order, run)]
        groups = [group for chunk in sort for group in _chunks(chunk, batch_size)]
        return [groups[i] for i in rng.permutation(len(groups))]
    return _chunks(order, batch_size)


def _chunks(order: np.ndarray, size: int) -> list[np.ndarray]:
    return [order[i : i + size] for i in range(0, len(order), size)]


def _iterate(
    ids: np.ndarray, labels: np.ndarray, lengths: np.ndarray, order: list[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for rows in order:
        yield ids[rows, : lengths[rows].max()], labels[rows]
