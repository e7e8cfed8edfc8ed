"""Single weights, by any score: the three circles within which weights may compete.

    unstructured_mask   all weights of one tensor
    row_mask            the weights of one output, so that every output keeps as many inputs
    global_mask         the weights of all layers, so that layers that matter less lose more

Sources: Han et al. 2015, arXiv:1506.02626 (tensor); Sun et al. 2023, arXiv:2306.11695 (row);
Frankle and Carbin 2018, arXiv:1803.03635 (all layers).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.pruning.ranking import checked_score, checked_weights, drop_count, keep_largest

__all__ = ["global_mask", "row_mask", "unstructured_mask"]


def unstructured_mask(w: Any, *, sparsity: float, score: Any = None) -> np.ndarray:
    """Return the mask that drops the k = rint(n * sparsity) lowest of all n weights: boolean, True = kept.

    Parameters
    ----------
    w : array of finite numbers, any shape
        Ranked by magnitude, unless ``score`` is given.
    sparsity : float in [0, 1]
        Share of zeros. The count is exact; of equal scores those that come first in C order go.
    score : array of the shape of ``w``, optional
        Larger = kept first; it may be negative.

    Examples
    --------
    >>> unstructured_mask([3, -1, 2], sparsity=1 / 3), unstructured_mask([3, -1, 2], sparsity=1 / 3, score=[0, 5, 9])
    (array([ True, False,  True]), array([False,  True,  True]))
    """
    values = checked_weights(w) if score is None else _scores(w, score)
    mask: np.ndarray = ops.largest_mask(values.reshape(-1), drop_count(values.size, sparsity), score is None)
    return mask.reshape(values.shape)


def row_mask(w: Any, *, sparsity: float, score: Any = None) -> np.ndarray:
    """Return the mask that drops k = rint(in * sparsity) weights of each row of ``w`` (..., in).

    Parameters are those of :func:`unstructured_mask`.

    >>> row_mask([[9, 8, 7, 6], [1, 2, 3, 4]], sparsity=0.5)
    array([[ True,  True, False, False],
           [False, False,  True,  True]])
    """
    values = np.atleast_1d(_scores(w, score))
    return keep_largest(values, drop_count(values.shape[-1], sparsity))


def global_mask(
    weights: Mapping[str, Any], *, sparsity: float, score: Mapping[str, Any] | None = None
) -> dict[str, np.ndarray]:
    """Return one mask for each tensor; together they drop k = rint(n * sparsity) of all n weights.

    Parameters
    ----------
    weights : mapping of names to arrays of finite numbers
    score : mapping of the same names to arrays, optional
        Magnitudes are compared without it: sensible only among layers of like scale.

    Examples
    --------
    >>> global_mask({"a": [5, 6], "b": [1, 7]}, sparsity=0.5)
    {'a': array([False,  True]), 'b': array([False,  True])}
    """
    if not isinstance(weights, Mapping) or not weights:
        raise ValueError(f"weights must be a non-empty mapping of names to arrays; got {checks.describe(weights)}")
    if score is not None and (not isinstance(score, Mapping) or set(score) != set(weights)):
        raise ValueError(f"score must name the same tensors as weights: {', '.join(map(str, weights))}")
    parts = [_scores(w, None if score is None else score[name]) for name, w in weights.items()]
    flat = np.concatenate([part.reshape(-1).astype(np.float64) for part in parts])
    keep = keep_largest(flat, drop_count(flat.size, sparsity))
    cuts = np.cumsum([part.size for part in parts])[:-1]
    return {
        name: mask.reshape(part.shape) for name, mask, part in zip(weights, np.split(keep, cuts), parts, strict=True)
    }


def _scores(w: Any, score: Any) -> np.ndarray:
    values = checked_weights(w)
    return np.abs(values) if score is None else checked_score(score, values.shape)
