"""Functions of one number, applied to each: ``dL/da = dL/dy * f'(a)``."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import Self

import numpy as np

from minicompress.nn.tape.error_function import erf
from minicompress.nn.tape.node import Node


class Elementwise(Node):
    """Smooth functions and the usual activations."""

    __slots__ = ()

    def exp(self) -> Self:
        """``y = e**a``: ``dy/da = y``."""
        y = np.exp(self.data)
        return self.record(y, (self, lambda g: g * y))

    def log(self) -> Self:
        """``y = ln a``: ``dy/da = 1 / a``."""
        a = self.data
        return self.record(np.log(a), (self, lambda g: g / a))

    def sqrt(self) -> Self:
        """``y = a**0.5``: ``dy/da = 1 / (2 y)``."""
        y = np.sqrt(self.data)
        return self.record(y, (self, lambda g: g / (2 * y)))

    def tanh(self) -> Self:
        """``y = tanh a``: ``dy/da = 1 - y**2``."""
        y = np.tanh(self.data)
        return self.record(y, (self, lambda g: g * (1 - y * y)))

    def sigmoid(self) -> Self:
        """``y = 1 / (1 + e**-a)``: ``dy/da = y (1 - y)``."""
        y = sigmoid(self.data)
        return self.record(y, (self, lambda g: g * (y * (1 - y))))

    def relu(self) -> Self:
        """``y = max(a, 0)``: ``dy/da = 1`` where ``a > 0``, else 0."""
        a = self.data
        return self.record(np.maximum(a, 0), (self, lambda g: g * (a > 0)))

    def gelu(self, *, approximate: bool = False) -> Self:
        """``y = a P(Z <= a)`` for a standard normal ``Z``; ``approximate`` takes the tanh formula, which is faster.

        Source: Hendrycks and Gimpel, "Gaussian error linear units", arXiv:1606.08415.
        """
        a = self.data
        gate, slope = _tanh_gate(a) if approximate else _normal_gate(a)
        return self.record(a * gate, (self, lambda g: g * (gate + a * slope())))


def sigmoid(a: np.ndarray) -> np.ndarray:
    """Return ``1 / (1 + e**-a)``, as ``(1 + tanh(a/2)) / 2`` since that cannot overflow.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    y = np.tanh(a * 0.5)
    y += 1
    y *= 0.5
    return y


def _normal_gate(a: np.ndarray) -> tuple[np.ndarray, Callable[[], np.ndarray]]:
    """Return the normal distribution's ``P(Z <= a)`` and a function that computes its slope, the density."""
    gate = erf(a * sqrt(0.5))
    gate += 1
    gate *= 0.5
    return gate, lambda: np.exp(-0.5 * a * a) * (1 / sqrt(2 * pi))


def _tanh_gate(a: np.ndarray) -> tuple[np.ndarray, Callable[[], np.ndarray]]:
    """Return ``(1 + tanh(c (a + 0.044715 a**3))) / 2`` with ``c = sqrt(2/pi)``, and a function for its slope."""
    c, cubic = sqrt(2 / pi), 0.044715
    square = a * a
    inner = square * (c * cubic)
    inner += c
    inner *= a
    t = np.tanh(inner, out=inner)
    return 0.5 * t + 0.5, lambda: (0.5 * c) * (1 - t * t) * (1 + (3 * cubic) * square)
