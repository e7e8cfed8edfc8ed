"""Adam, and AdamW by a flag."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from minicompress.checks import real
from minicompress.nn.optimizers.base import Decays, Optimizer
from minicompress.nn.tensor import Tensor


class Adam(Optimizer):
    """``m = b1 m + (1 - b1) g``, ``v = b2 v + (1 - b2) g**2``; ``p = p - lr mhat / (sqrt(vhat) + eps)``.

    ``mhat = m / (1 - b1**t)`` and ``vhat = v / (1 - b2**t)`` undo the start at zero. Weight decay shrinks ``p`` by
    ``lr weight_decay p`` directly (``decoupled=True``: AdamW), or is added to the gradient. The state is ``mean``,
    ``square`` and ``steps``, the parameter's own count.
    Source: Kingma and Ba, arXiv:1412.6980; Loshchilov and Hutter, arXiv:1711.05101.
    """

    def __init__(
        self,
        parameters: Mapping[str, Tensor],
        *,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        decays: Decays | None = None,
    ) -> None:
        super().__init__(parameters, lr=lr, weight_decay=weight_decay, decays=decays)
        self.betas = (real(betas[0], "betas[0]", low=0, high=1), real(betas[1], "betas[1]", low=0, high=1))
        self.eps = real(eps, "eps", low=0)
        self.decoupled = decoupled

    def _update(self, name: str, p: Tensor, grad: np.ndarray) -> None:
        decay, (b1, b2), state = self._decay[name], self.betas, self.state[name]
        if decay and self.decoupled:
            p.data *= 1 - self.lr * decay
        elif decay:
            grad = grad + decay * p.data
        if not state:
            state |= {"mean": np.zeros_like(p.data), "square": np.zeros_like(p.data), "steps": np.zeros((), np.int64)}
        mean, square = state["mean"], state["square"]
        state["steps"] += 1
        t = int(state["steps"])
        mean *= b1
        mean += (1 - b1) * grad
        square *= b2
        square += (1 - b2) * (grad * grad)
        # sqrt(vhat) + eps, in one scratch array
        scratch = np.sqrt(square)
        scratch *= (1 - b2**t) ** -0.5
        scratch += self.eps
        np.divide(mean, scratch, out=scratch)
        scratch *= self.lr / (1 - b1**t)
        p.data -= scratch
