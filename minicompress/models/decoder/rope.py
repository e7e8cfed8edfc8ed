"""Rotary position embedding: a query and a key are turned by angles that grow with their positions.

A rotation keeps lengths, and the product of a query turned by ``m a`` and a key turned by ``n a`` depends on
``m - n`` alone: attention sees distances, and a cached key never has to be changed.

Source: Su et al., "RoFormer", arXiv:2104.09864.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.checks import describe
from minicompress.nn import Tensor

__all__ = ["rope", "rope_tables"]


def rope_tables(positions: Any, dim: int, *, base: float = 10000.0) -> tuple[np.ndarray, np.ndarray]:
    """Return cos and sin of ``position * base**(-2 i / dim)``, each float64 (positions, dim / 2).

    >>> cos, sin = rope_tables([0, 1], 2)
    >>> cos.round(4).tolist(), sin.round(4).tolist()
    ([[1.0], [0.5403]], [[0.0], [0.8415]])
    """
    if dim < 2 or dim % 2:
        raise ValueError(f"dim must be even and at least 2; got {dim}")
    angles = np.asarray(positions, np.float64)[:, None] * base ** (-np.arange(0, dim, 2) / dim)
    return np.cos(angles), np.sin(angles)


def rope(x: Tensor, tables: tuple[np.ndarray, np.ndarray]) -> Tensor:
    """Turn each pair ``(x_i, x_{i + d/2})`` of ``x`` (..., length, d) by its position's angle ``i``.

    ``y_i = x_i cos - x_{i + d/2} sin`` and ``y_{i + d/2} = x_{i + d/2} cos + x_i sin``; the gradient is turned back.

    >>> turned = rope(Tensor([[1.0, 0.0], [1.0, 0.0]]), rope_tables([0, 1], 2))
    >>> turned.data.round(4).tolist()
    [[1.0, 0.0], [0.5403000116348267, 0.8414999842643738]]
    """
    half = tables[0].shape[1]
    if x.ndim < 2 or x.shape[-2:] != (len(tables[0]), 2 * half):
        raise ValueError(f"x must have shape (..., {len(tables[0])}, {2 * half}); got {describe(x.data)}")
    cos, sin = (table.astype(x.dtype) for table in tables)
    return Tensor.record(_turn(x.data, cos, sin), (x, lambda g: _turn(g, cos, -sin)))


def _turn(x: np.ndarray, cos: np.ndarray, sin: np.ndarray) -> np.ndarray:
    half = cos.shape[1]
    first, second = x[..., :half], x[..., half:]
    out = np.empty_like(x)
    out[..., :half] = first * cos - second * sin
    out[..., half:] = second * cos + first * sin
    return out
