"""The linear layer ``y = x W' + b``."""

from __future__ import annotations

import numpy as np

from minicompress.checks import describe, generator, integer
from minicompress.nn.module import Module
from minicompress.nn.stored import StoredWeight
from minicompress.nn.tensor import Tensor, as_tensor, parameter


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``y = x W' + b`` for ``x`` (..., in), ``W`` (out, in), ``b`` (out,).

    ``dL/dx = g W``, ``dL/dW = g' x`` and ``dL/db = sum g`` over all rows: one product each.

    >>> linear(Tensor([[1.0, 2.0]]), Tensor([[3.0, 4.0]]), Tensor([0.5])).data
    array([[11.5]], dtype=float32)
    """
    w = weight.data
    if x.ndim == 0 or x.shape[-1] != w.shape[1]:
        raise ValueError(f"x must have shape (..., {w.shape[1]}); got {describe(x.data)}")
    if x.dtype != w.dtype:
        raise TypeError(f"x must have the weight's dtype {w.dtype}; got {x.dtype}")
    rows = x.data.reshape(-1, w.shape[1])
    y = rows @ w.T
    if bias is not None:
        y += bias.data

    def flat(g: np.ndarray) -> np.ndarray:
        return g.reshape(-1, w.shape[0])

    edges = [
        (x, lambda g: (flat(g) @ w).reshape(x.shape)),
        (weight, lambda g: flat(g).T @ rows),
        (bias, lambda g: flat(g).sum(axis=0)),
    ]
    return Tensor.record(y.reshape(*x.shape[:-1], w.shape[0]), *edges)


def uniform(rng: np.random.Generator, shape: tuple[int, ...], fan_in: int) -> Tensor:
    """Return a parameter drawn from ``U(-1/sqrt(fan_in), 1/sqrt(fan_in))``: outputs keep the scale of the inputs.

    Source: LeCun et al., "Efficient BackProp" (1998), section 4.6.
    """
    bound = fan_in**-0.5
    return parameter(generator(rng).uniform(-bound, bound, shape).astype(np.float32))


class Linear(Module):
    """``y = x W' + b`` with ``weight`` (out, in) and ``bias`` (out,) or None.

    Where ``weight`` is compressed, ``activation_bits`` (None or 8) is passed to its product.
    """

    weight: Tensor | StoredWeight
    bias: Tensor | StoredWeight | None

    def __init__(self, in_features: int, out_features: int, *, rng: np.random.Generator, bias: bool = True) -> None:
        inputs, outputs = integer(in_features, "in_features", low=1), integer(out_features, "out_features", low=1)
        self.weight = uniform(rng, (outputs, inputs), inputs)
        self.bias = uniform(rng, (outputs,), inputs) if bias else None
        self.activation_bits: int | None = None

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Map (..., in) to (..., out)."""
        x = as_tensor(x)
        bias = None if self.bias is None else self._get("bias")
        if isinstance(self.weight, Tensor):
            return linear(x, self._get("weight"), bias)
        self._check_inference("weight", x)
        array = None if bias is None else bias.data
        return Tensor(self.weight.linear(x.data, array, activation_bits=self.activation_bits))
