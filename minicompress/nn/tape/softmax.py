"""Softmax and its logarithm, one node each."""

from __future__ import annotations

from typing import Self

import numpy as np

from minicompress.nn.tape.node import Node


class Softmax(Node):
    """Scores into probabilities along one axis."""

    __slots__ = ()

    def softmax(self, axis: int = -1) -> Self:
        """``y_i = e**a_i / sum_j e**a_j``: ``dL/da_i = y_i (g_i - sum_j g_j y_j)``."""
        y = softmax(self.data, axis)

        def rule(g: np.ndarray) -> np.ndarray:
            gy = g * y
            gy -= y * gy.sum(axis=axis, keepdims=True)
            return gy

        return self.record(y, (self, rule))

    def log_softmax(self, axis: int = -1) -> Self:
        """``y_i = a_i - ln sum_j e**a_j``: ``dL/da_i = g_i - e**y_i sum_j g_j``."""
        y = log_softmax(self.data, axis)
        return self.record(y, (self, lambda g: g - np.exp(y) * g.sum(axis=axis, keepdims=True)))


def softmax(a: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return ``e**a`` divided by its sum along ``axis``; the maximum is taken off first, so nothing overflows.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    y = a - a.max(axis=axis, keepdims=True)
    np.exp(y, out=y)
    y /= y.sum(axis=axis, keepdims=True)
    return y


def log_softmax(a: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the logarithm of ``softmax(a)`` without ever computing the logarithm of a rounded zero.

    >>> log_softmax(np.array([0.0, -1000.0]))
    array([    0., -1000.])
    """
    shifted = a - a.max(axis=axis, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return shifted
