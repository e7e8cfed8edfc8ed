"""Dropout: in training, set a share of the values to zero and scale up the rest."""

from __future__ import annotations

import numpy as np

from minicompress.checks import generator, real
from minicompress.nn.module import Module
from minicompress.nn.tensor import Tensor, as_tensor


class Dropout(Module):
    """``y = x * m / (1 - p)`` with ``m = 0`` at random with probability ``p``; the identity in inference.

    The scaling keeps the expected value. Source: Srivastava et al., JMLR 15 (2014).
    """

    def __init__(self, p: float, *, rng: np.random.Generator) -> None:
        self.p = real(p, "p", low=0, high=1)
        if self.p == 1:
            raise ValueError("p must be a number in [0, 1); got 1.0, which would drop everything")
        self._rng = generator(rng)

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Return ``x`` with values dropped, or ``x`` itself in inference."""
        x = as_tensor(x)
        if not self.training or self.p == 0:
            return x
        # float32 draws are twice as fast as float64; a Python number keeps the dtype of x.
        kept = (self._rng.random(x.shape, np.float32) >= self.p).astype(x.dtype)
        kept *= 1 / (1 - self.p)
        return x * kept
