"""The gated feed-forward block of today's decoders."""

from __future__ import annotations

import numpy as np

from minicompress.nn import Linear, Module, Tensor

__all__ = ["SwiGLU", "silu_gate"]


def silu_gate(gate: Tensor, up: Tensor) -> Tensor:
    """Return ``y = silu(a) * b`` with ``silu(a) = a s``, ``s = 1 / (1 + e**-a)``, for ``a = gate``, ``b = up``.

    ``dy/da = b s (1 + a (1 - s))`` and ``dy/db = silu(a)``.

    >>> silu_gate(Tensor([0.0, 1.0]), Tensor([5.0, 2.0])).data.round(4).tolist()
    [0.0, 1.4621000289916992]
    """
    a, b = gate.data, up.data
    s = np.tanh(a * 0.5)  # (1 + tanh(a/2)) / 2 cannot overflow
    s += 1
    s *= 0.5
    silu = a * s

    def rule(g: np.ndarray) -> np.ndarray:
        slope = 1 - s
        slope *= silu
        slope += s
        slope *= b
        slope *= g
        return slope

    return Tensor.record(silu * b, (gate, rule), (up, lambda g: g * silu))


class SwiGLU(Module):
    """``down(silu(gate(x)) * up(x))``, three linear maps without bias. Source: Shazeer, arXiv:2002.05202."""

    def __init__(self, width: int, hidden: int, *, rng: np.random.Generator) -> None:
        self.gate = Linear(width, hidden, rng=rng, bias=False)
        self.up = Linear(width, hidden, rng=rng, bias=False)
        self.down = Linear(hidden, width, rng=rng, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., width)."""
        return self.down(silu_gate(self.gate(x), self.up(x)))
