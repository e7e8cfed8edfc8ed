"""Whole units: channels (neurons, filters, inputs), attention heads, layers.

    channel   one slice of W along an axis: axis 0 an output neuron or filter, axis 1 an input
    head      a run of neighbouring slices, d = size / heads of them
    layer     everything of one name

A unit's score is its L2 norm unless one is given, one number a unit. What a mask marks is still stored; to make the
model smaller, cut the unit out of every tensor that it touches (:mod:`minicompress.pruning.structure`).
Sources: Li et al. 2016, arXiv:1608.08710 (filters); Michel et al. 2019, arXiv:1905.10650 (heads).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.ranking import checked_score, checked_weights, drop_count, keep_largest

__all__ = ["channel_mask", "head_mask", "layer_mask"]


def channel_mask(w: Any, *, sparsity: float, axis: int = 0, score: Any = None) -> np.ndarray:
    """Return the mask, of the shape of ``w``, that drops k = rint(channels * sparsity) slices along ``axis``.

    Parameters
    ----------
    w : array of finite numbers, one dimension or more
    sparsity : float in [0, 1]
        Share of channels that go; of equal ones the first.
    axis : int
        0 for output neurons or filters, 1 for inputs.
    score : (w.shape[axis],), optional
        One number a channel, larger = kept first; the L2 norm without it.

    Examples
    --------
    >>> channel_mask([[1, 1], [0, 3], [2, 2]], sparsity=1 / 3).astype(int)
    array([[0, 0],
           [1, 1],
           [1, 1]])
    """
    values = checked_weights(w)
    return head_mask(values, heads=values.shape[_axis(axis, values)], sparsity=sparsity, axis=axis, score=score)


def head_mask(w: Any, *, heads: int, sparsity: float, axis: int = 0, score: Any = None) -> np.ndarray:
    """Return the mask, of the shape of ``w``, that drops k = rint(heads * sparsity) runs of slices along ``axis``.

    Parameters
    ----------
    heads : int
        Must divide ``w.shape[axis]``. Query, key and value projections have heads along axis 0, the output
        projection along axis 1.
    score : (heads,), optional
        One number a head, larger = kept first; the L2 norm without it.
    w, sparsity, axis
        As in :func:`channel_mask`.

    Examples
    --------
    >>> head_mask([[1], [1], [0], [3]], heads=2, sparsity=0.5).T
    array([[False, False,  True,  True]])
    """
    values = checked_weights(w)
    where = _axis(axis, values)
    size = values.shape[where]
    count = checks.integer(heads, "heads", low=1)
    if size % count:
        raise ValueError(f"heads = {count} must divide axis {axis} of w; got {checks.describe(values)}")
    if score is None:
        scaled = values.astype(np.float64) / (np.abs(values).max() or 1.0)  # squares must not overflow
        others = tuple(i for i in range(values.ndim) if i != where)
        ranked = (scaled**2).sum(axis=others).reshape(count, -1).sum(axis=1)
    else:
        ranked = checked_score(score, (count,))
    keep = np.repeat(keep_largest(ranked, drop_count(count, sparsity)), size // count)
    shape = tuple(size if i == where else 1 for i in range(values.ndim))
    return np.broadcast_to(keep.reshape(shape), values.shape).copy()


def layer_mask(score: Mapping[str, float], *, sparsity: float) -> dict[str, bool]:
    """Say which layers stay, given one number each (:func:`block_influence`): k = rint(layers * sparsity) go.

    >>> layer_mask({"0": 0.9, "1": 0.1, "2": 0.4}, sparsity=1 / 3)
    {'0': True, '1': False, '2': True}
    """
    if not isinstance(score, Mapping) or not score:
        raise ValueError(f"score must be a non-empty mapping of layers to numbers; got {checks.describe(score)}")
    values = np.array([checks.real(value, f"score[{name!r}]") for name, value in score.items()])
    keep = keep_largest(values, drop_count(len(values), sparsity))
    return {name: bool(kept) for name, kept in zip(score, keep, strict=True)}


def _axis(axis: Any, values: np.ndarray) -> int:
    if values.ndim == 0:
        raise ValueError(f"w must have at least one dimension; got {checks.describe(values)}")
    where = checks.integer(axis, "axis", low=-values.ndim, high=values.ndim - 1)
    return where % values.ndim
