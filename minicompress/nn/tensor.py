"""The tensor: an array that can tell how a loss depends on it.

>>> w = Tensor([1.0, 2.0], requires_grad=True)
>>> loss = ((w * 3 - 1) ** 2).sum()      # records three operations
>>> loss.backward()                      # walks them back: dloss/dw = 2 (3w - 1) * 3
>>> w.grad
array([12., 30.], dtype=float32)
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minicompress.nn.tape.elementwise import Elementwise
from minicompress.nn.tape.products import Products
from minicompress.nn.tape.reductions import Reductions
from minicompress.nn.tape.shaping import Shaping
from minicompress.nn.tape.softmax import Softmax


class Tensor(Products, Reductions, Shaping, Elementwise, Softmax):
    """A float array on the tape; each family of operations is one file of ``minicompress.nn.tape``.

    float32 and float64 arrays are wrapped as they are, without a copy; other numbers become float32. Operations keep
    the dtype. Inside ``no_grad()``, or where no input requires a gradient, nothing is recorded.
    """

    __slots__ = ()

    @property
    def T(self) -> Self:
        """The tensor with its axes reversed."""
        return self.transpose()

    def detach(self) -> Self:
        """Return a leaf that shares the values and passes no gradient on."""
        return type(self)(self.data)

    def item(self) -> float:
        """Return the value of a tensor that holds a single one."""
        if self.size != 1:
            raise ValueError(f"item() needs a tensor with one value; got shape {self.shape}")
        return float(self.data.reshape(()))

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"Tensor({self.data!r}, requires_grad={self.requires_grad})"


def as_tensor(value: Any) -> Tensor:
    """Return ``value`` itself if it is a tensor, else wrap the array.

    >>> as_tensor(np.zeros((2, 3))).shape
    (2, 3)
    """
    return value if isinstance(value, Tensor) else Tensor(value)


def parameter(values: Any) -> Tensor:
    """Return a leaf that requires a gradient, holding a copy of ``values``: what a layer learns."""
    return Tensor(np.array(values), requires_grad=True)
