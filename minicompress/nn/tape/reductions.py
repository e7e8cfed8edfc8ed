"""Sum, mean and maximum over axes."""

from __future__ import annotations

from typing import Self

import numpy as np

from minicompress.nn.tape.node import Node

Axis = int | tuple[int, ...] | None


class Reductions(Node):
    """``axis=None`` reduces all axes to one number."""

    __slots__ = ()

    def sum(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """``y = sum_i a_i``: every ``dy/da_i = 1``, so the gradient is repeated."""
        shape = self.shape
        return self.record(
            self.data.sum(axis=axis, keepdims=keepdims),
            (self, lambda g: np.broadcast_to(_with_axes(g, axis, shape, keepdims), shape)),
        )

    def mean(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """``y = (1/n) sum_i a_i``: every ``dy/da_i = 1 / n``."""
        shape = self.shape
        out = self.data.mean(axis=axis, keepdims=keepdims)
        n = self.size / out.size if out.size else 1.0
        return self.record(out, (self, lambda g: np.broadcast_to(_with_axes(g, axis, shape, keepdims) / n, shape)))

    def max(self, axis: Axis = None, *, keepdims: bool = False) -> Self:
        """``y = max_i a_i``: the gradient goes to the largest value, in equal parts where several are equal."""
        a = self.data
        out = a.max(axis=axis, keepdims=keepdims)

        def rule(g: np.ndarray) -> np.ndarray:
            winners = a == _with_axes(np.asarray(out), axis, a.shape, keepdims)
            share = _with_axes(g, axis, a.shape, keepdims) / winners.sum(axis=axis, keepdims=True, dtype=a.dtype)
            return winners * share

        return self.record(out, (self, rule))


def _with_axes(g: np.ndarray, axis: Axis, shape: tuple[int, ...], keepdims: bool) -> np.ndarray:
    """Give ``g`` the reduced axes back, with length 1, so that it broadcasts against ``shape``."""
    if keepdims:
        return g
    if axis is None:
        return g.reshape((1,) * len(shape))
    return np.expand_dims(g, axis)
