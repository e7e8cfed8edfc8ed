"""``+ - * / **`` with broadcasting: the derivative of each is one line."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minicompress.checks import describe, real
from minicompress.nn.tape.node import Node, Rule


def unbroadcast(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum ``grad`` over the axes along which an input of ``shape`` was repeated.

    A value used ``n`` times has the sum of ``n`` gradients; broadcasting is nothing but such a repeated use.

    >>> unbroadcast(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    """
    if grad.shape == shape:
        return grad
    new_axes = grad.ndim - len(shape)
    grad = grad.sum(axis=tuple(range(new_axes))) if new_axes else grad
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and grad.shape[i] != 1)
    return grad.sum(axis=stretched, keepdims=True) if stretched else grad


def to_input(value: Any, rule: Rule) -> tuple[Any, Rule]:
    """Return the edge to ``value``, a node or a constant, whose gradient is ``rule(g)`` summed to its shape."""
    return value, lambda g: unbroadcast(rule(g), value.shape)


class Arithmetic(Node):
    """The operators of a tensor. The other operand may be a tensor, an array or a number."""

    __slots__ = ()

    def _values(self, other: Any) -> Any:
        """Return the other operand's values such that the result keeps this dtype (a Python number always does)."""
        if isinstance(other, Node):
            if other.dtype != self.dtype:
                raise TypeError(f"both tensors must have one dtype; got {self.dtype} and {other.dtype}")
            return other.data
        if isinstance(other, (np.ndarray, np.generic)):
            return np.asarray(other, self.dtype)
        if isinstance(other, (int, float)):
            return other
        raise TypeError(f"the other operand must be a tensor, an array or a number; got {describe(other)}")

    def __add__(self, other: Any) -> Self:
        """``y = a + b``: ``dy/da = dy/db = 1``."""
        return self.record(self.data + self._values(other), to_input(self, lambda g: g), to_input(other, lambda g: g))

    def __sub__(self, other: Any) -> Self:
        """``y = a - b``: ``dy/da = 1``, ``dy/db = -1``."""
        return self.record(self.data - self._values(other), to_input(self, lambda g: g), to_input(other, lambda g: -g))

    def __mul__(self, other: Any) -> Self:
        """``y = a * b``: ``dy/da = b``, ``dy/db = a``."""
        a, b = self.data, self._values(other)
        return self.record(a * b, to_input(self, lambda g: g * b), to_input(other, lambda g: g * a))

    def __truediv__(self, other: Any) -> Self:
        """``y = a / b``: ``dy/da = 1 / b``, ``dy/db = -a / b**2``."""
        a, b = self.data, self._values(other)
        return self.record(a / b, to_input(self, lambda g: g / b), to_input(other, lambda g: -g * a / (b * b)))

    def __rtruediv__(self, other: Any) -> Self:
        """``y = b / a`` for a constant ``b``: ``dy/da = -b / a**2``."""
        a, b = self.data, self._values(other)
        return self.record(b / a, to_input(self, lambda g: -g * b / (a * a)))

    def __pow__(self, exponent: float) -> Self:
        """``y = a**p`` for a constant number ``p``: ``dy/da = p * a**(p - 1)``."""
        a, p = self.data, real(exponent, "exponent")
        if p == 0:  # a**-1 would be infinite at a = 0
            return self.record(np.ones_like(a), (self, np.zeros_like))
        return self.record(a**p, (self, lambda g: g * (p * a ** (p - 1))))

    def __neg__(self) -> Self:
        """``y = -a``: ``dy/da = -1``."""
        return self.record(-self.data, (self, lambda g: -g))

    def __radd__(self, other: Any) -> Self:
        """``b + a`` for a constant ``b``."""
        return self + other

    def __rsub__(self, other: Any) -> Self:
        """``b - a`` for a constant ``b``."""
        return -self + other

    def __rmul__(self, other: Any) -> Self:
        """``b * a`` for a constant ``b``."""
        return self * other
