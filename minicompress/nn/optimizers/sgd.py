"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from minicompress.checks import real
from minicompress.nn.optimizers.base import Decays, Optimizer
from minicompress.nn.tensor import Tensor


class SGD(Optimizer):
    """``v = momentum v + g + weight_decay p``; ``p = p - lr v``. The state is ``velocity``.

    Source: Polyak (1964); Sutskever et al., ICML 2013.
    """

    def __init__(
        self,
        parameters: Mapping[str, Tensor],
        *,
        lr: float,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        decays: Decays | None = None,
    ) -> None:
        super().__init__(parameters, lr=lr, weight_decay=weight_decay, decays=decays)
        self.momentum = real(momentum, "momentum", low=0, high=1)

    def _update(self, name: str, p: Tensor, grad: np.ndarray) -> None:
        decay = self._decay[name]
        if decay:
            grad = grad + decay * p.data
        if self.momentum:
            state = self.state[name]
            if "velocity" not in state:
                state["velocity"] = np.zeros_like(p.data)
            state["velocity"] *= self.momentum
            state["velocity"] += grad
            grad = state["velocity"]
        p.data -= self.lr * grad
