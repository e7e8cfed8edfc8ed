"""Convolution along one axis: plain, grouped, and (in its own file) depthwise."""

from __future__ import annotations

import numpy as np

from minicompress.checks import describe, integer
from minicompress.nn.layers.columns import add_columns, columns
from minicompress.nn.layers.depthwise import depthwise_conv1d
from minicompress.nn.layers.linear import uniform
from minicompress.nn.module import Module
from minicompress.nn.stored import StoredWeight
from minicompress.nn.tensor import Tensor, as_tensor


def conv1d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, *, stride: int = 1, padding: int = 0, groups: int = 1
) -> Tensor:
    """Return ``y[b, o, t] = bias[o] + sum_(c, j) W[o, c, j] x[b, c, t stride + j - padding]``, per group of channels.

    Shapes: ``x`` (batch, in, length), ``weight`` (out, in / groups, kernel). With ``X`` the windows of ``x`` laid
    out as rows, ``Y = X W'``, so ``dL/dW = G' X`` and ``dL/dX = G W``, which is then added up where the windows
    came from.
    """
    w = weight.data
    _check_channels(x, w, groups)
    if groups == x.shape[1] == w.shape[0]:
        return depthwise_conv1d(x, weight, bias, stride=stride, padding=padding)
    (batch, channels, length), (outputs, per_group, kernel) = x.shape, w.shape
    windows = columns(x.data, kernel=kernel, stride=stride, padding=padding)
    n = windows.shape[1]
    # (groups, batch * n, in / groups * kernel): one matrix of windows per group
    rows = windows.reshape(batch * n, groups, per_group * kernel).swapaxes(0, 1)
    filters = w.reshape(groups, outputs // groups, per_group * kernel)
    y = (rows @ filters.swapaxes(1, 2)).swapaxes(0, 1).reshape(batch, n, outputs)
    if bias is not None:
        y += bias.data

    def by_group(g: np.ndarray) -> np.ndarray:
        return g.transpose(0, 2, 1).reshape(batch * n, groups, outputs // groups).swapaxes(0, 1)

    def to_x(g: np.ndarray) -> np.ndarray:
        grad = (by_group(g) @ filters).swapaxes(0, 1).reshape(batch, n, channels, kernel)
        return add_columns(grad, length=length, stride=stride, padding=padding)

    return Tensor.record(
        y.transpose(0, 2, 1),
        (x, to_x),
        (weight, lambda g: (by_group(g).swapaxes(1, 2) @ rows).reshape(w.shape)),
        (bias, lambda g: g.sum(axis=(0, 2))),
    )


def _check_channels(x: Tensor, w: np.ndarray, groups: int) -> None:
    if x.ndim != 3 or x.shape[1] != w.shape[1] * groups:
        raise ValueError(f"x must have shape (batch, {w.shape[1] * groups}, length); got {describe(x.data)}")
    if x.dtype != w.dtype:
        raise TypeError(f"x must have the weight's dtype {w.dtype}; got {x.dtype}")


class Conv1d(Module):
    """Convolve (batch, in, length) to (batch, out, windows).

    ``weight`` has shape (out, in / groups, kernel) and ``bias`` (out,), or it is None.
    ``groups=in_channels`` with as many outputs is depthwise; such a layer followed by ``kernel=1`` is a separable one.
    """

    weight: Tensor | StoredWeight
    bias: Tensor | StoredWeight | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        *,
        rng: np.random.Generator,
        stride: int = 1,
        padding: int = 0,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        inputs, outputs = integer(in_channels, "in_channels", low=1), integer(out_channels, "out_channels", low=1)
        self.kernel, self.stride = integer(kernel, "kernel", low=1), integer(stride, "stride", low=1)
        self.padding, self.groups = integer(padding, "padding", low=0), integer(groups, "groups", low=1)
        if inputs % self.groups or outputs % self.groups:
            raise ValueError(f"groups must divide in_channels = {inputs} and out_channels = {outputs}; got {groups}")
        fan_in = inputs // self.groups * self.kernel
        self.weight = uniform(rng, (outputs, inputs // self.groups, self.kernel), fan_in)
        self.bias = uniform(rng, (outputs,), fan_in) if bias else None
        self.activation_bits: int | None = None

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Map (batch, in, length) to (batch, out, windows)."""
        x = as_tensor(x)
        bias = None if self.bias is None else self._get("bias")
        if isinstance(self.weight, Tensor) or self.groups > 1:
            options = {"stride": self.stride, "padding": self.padding, "groups": self.groups}
            return conv1d(x, self._get("weight"), bias, **options)
        return self._stored_forward(x, self.weight, bias)

    def _stored_forward(self, x: Tensor, weight: StoredWeight, bias: Tensor | None) -> Tensor:
        """Lay the windows out as rows, for the stored matrix (out, in * kernel)."""
        self._check_inference("weight", x)
        _, channels, kernel = self._shapes["weight"]
        if x.ndim != 3 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (batch, {channels}, length); got {describe(x.data)}")
        windows = columns(x.data, kernel=kernel, stride=self.stride, padding=self.padding)
        rows = windows.reshape(*windows.shape[:2], channels * kernel)
        y = weight.linear(rows, None if bias is None else bias.data, activation_bits=self.activation_bits)
        return Tensor(y.transpose(0, 2, 1))
