"""Moving values without changing them: the gradient moves the same way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

import numpy as np

from minicompress.nn.tape.node import Node

AnyNode = TypeVar("AnyNode", bound=Node)


class Shaping(Node):
    """Views, copies and selections."""

    __slots__ = ()

    def reshape(self, *shape: int) -> Self:
        """Give the values another shape of the same size; one length may be -1."""
        old = self.shape
        return self.record(self.data.reshape(shape), (self, lambda g: g.reshape(old)))

    def transpose(self, *axes: int) -> Self:
        """Reorder the axes; without arguments reverse them."""
        order = axes or tuple(range(self.ndim))[::-1]
        back = np.argsort([axis % self.ndim for axis in order]) if order else None
        return self.record(self.data.transpose(order), (self, lambda g: g.transpose(back)))

    def swapaxes(self, first: int, second: int) -> Self:
        """Exchange two axes."""
        return self.record(self.data.swapaxes(first, second), (self, lambda g: g.swapaxes(first, second)))

    def __getitem__(self, index: Any) -> Self:
        """Select as NumPy does; a value that is selected twice gets both gradients."""
        a = self.data

        def rule(g: np.ndarray) -> np.ndarray:
            full = np.zeros_like(a)
            if _is_basic(index):
                full[index] = g  # slices never name a value twice
            else:
                np.add.at(full, index, g)
            return full

        return self.record(a[index], (self, rule))


def _is_basic(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    basic = (slice, int, np.integer, type(None), type(Ellipsis))
    return all(isinstance(p, basic) and not isinstance(p, bool) for p in parts)


def concatenate(parts: Sequence[AnyNode], *, axis: int = -1) -> AnyNode:
    """Join tensors along an existing axis; each gets its slice of the gradient.

    >>> concatenate([Node(np.ones((2, 3))), Node(np.zeros((2, 1)))], axis=1).shape
    (2, 4)
    """
    dtypes = sorted({str(p.dtype) for p in parts})
    if len(dtypes) != 1:
        raise ValueError(f"parts must be one or more tensors of one dtype; got {len(parts)} of dtypes {dtypes}")
    out = np.concatenate([p.data for p in parts], axis=axis)
    ends = np.cumsum([p.shape[axis] for p in parts])

    def piece(start: int, stop: int) -> Callable[[np.ndarray], np.ndarray]:
        return lambda g: g.swapaxes(0, axis)[start:stop].swapaxes(0, axis)

    edges = [(p, piece(int(end) - p.shape[axis], int(end))) for p, end in zip(parts, ends, strict=True)]
    return type(parts[0]).record(out, *edges)
