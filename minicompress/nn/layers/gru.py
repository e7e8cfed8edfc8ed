"""The gated recurrent unit."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.checks import describe, integer
from minicompress.nn.layers.gru_scan import gru_scan
from minicompress.nn.layers.linear import linear, uniform
from minicompress.nn.module import Module
from minicompress.nn.stored import StoredWeight
from minicompress.nn.tensor import Tensor, as_tensor


class GRU(Module):
    """One recurrent layer: ``weight_ih`` (3h, in), ``weight_hh`` (3h, h), biases (3h,); their rows are r, z, n."""

    weight_ih: Tensor | StoredWeight
    weight_hh: Tensor | StoredWeight
    bias_ih: Tensor | StoredWeight
    bias_hh: Tensor | StoredWeight

    def __init__(self, in_features: int, hidden: int, *, rng: np.random.Generator) -> None:
        inputs, h = integer(in_features, "in_features", low=1), integer(hidden, "hidden", low=1)
        self.weight_ih, self.weight_hh = uniform(rng, (3 * h, inputs), h), uniform(rng, (3 * h, h), h)
        self.bias_ih, self.bias_hh = uniform(rng, (3 * h,), h), uniform(rng, (3 * h,), h)

    def forward(self, x: Tensor | np.ndarray, *, mask: Any = None) -> Tensor:
        """Map (batch, length, in) to the states (batch, length, h).

        ``mask`` (batch, length) is true at real steps; at others the state is carried over, so ``out[:, -1]`` is the
        state after the last real step.
        """
        x = as_tensor(x)
        if x.ndim != 3:
            raise ValueError(f"x must have shape (batch, length, in_features); got {describe(x.data)}")
        if mask is not None:
            mask = np.asarray(mask, bool)
            if mask.shape != x.shape[:2]:
                raise ValueError(f"mask must have shape {x.shape[:2]}; got {describe(mask)}")
        gates = linear(x, self._get("weight_ih"), self._get("bias_ih"))
        return gru_scan(gates, self._get("weight_hh"), self._get("bias_hh"), mask)
