"""Block sparsity: whole rectangles of weights go, so that what stays is multiplied as small dense matrices.

The score of a block is the sum of its squared weights: dropping it moves the matrix by the root of that.
Source: Gray, Radford and Kingma 2017, "GPU Kernels for Block-Sparse Weights"; Narang et al. 2017, arXiv:1711.02782.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.ranking import checked_score, checked_weights, drop_count, keep_largest

__all__ = ["block_mask"]


def block_mask(w: Any, *, block: tuple[int, int], sparsity: float, score: Any = None) -> np.ndarray:
    """Return the mask (out, in) that drops the k = rint(blocks * sparsity) lowest blocks: boolean, True = kept.

    Parameters
    ----------
    w : (out, in), finite
    block : (rows, columns)
        Shape of a block; it must divide the shape of ``w``.
    sparsity : float in [0, 1]
        Share of blocks that go; of equal ones those that come first in C order.
    score : (out / rows, in / columns), optional
        One number a block, larger = kept first; the sum of squares without it.

    Examples
    --------
    >>> block_mask([[1, 1, 0, 3], [1, 1, 0, 0]], block=(2, 2), sparsity=0.5).astype(int)
    array([[0, 0, 1, 1],
           [0, 0, 1, 1]])
    """
    values = checked_weights(w, ndim=2)
    rows, columns = checked_block(block, values.shape)
    grid = (values.shape[0] // rows, values.shape[1] // columns)
    if score is None:
        scaled = values.astype(np.float64) / (np.abs(values).max() or 1.0)  # squares must not overflow
        ranked = (scaled.reshape(grid[0], rows, grid[1], columns) ** 2).sum(axis=(1, 3))
    else:
        ranked = checked_score(score, grid)
    keep = keep_largest(ranked.reshape(-1), drop_count(ranked.size, sparsity)).reshape(grid)
    return np.repeat(np.repeat(keep, rows, axis=0), columns, axis=1)


def checked_block(block: Any, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (rows, columns) of a block that tiles ``shape``, or raise."""
    if not isinstance(block, tuple | list) or len(block) != 2:
        raise TypeError(f"block must be (rows, columns); got {checks.describe(block)}")
    rows, columns = (checks.integer(side, f"block[{axis}]", low=1) for axis, side in enumerate(block))
    if shape[0] % rows or shape[1] % columns:
        raise ValueError(f"block {(rows, columns)} must divide the shape {shape} of w")
    return rows, columns
