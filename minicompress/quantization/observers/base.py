"""What every observer does: watch batches of activations go by, keep little, and give a range at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.affine import QParams, integer_grid, qparams_from_range

__all__ = ["Observer"]


class Observer(ABC):
    """Chooses the range of an activation tensor from a stream of batches; memory does not grow with the stream.

    Parameters
    ----------
    bits : int
    symmetric : bool
        False (default): unsigned codes with a zero point, as suits activations.
    """

    def __init__(self, *, bits: int = 8, symmetric: bool = False) -> None:
        integer_grid(bits, symmetric=symmetric)
        self.bits = bits
        self.symmetric = symmetric
        self.count = 0

    def update(self, x: Any) -> None:
        """Take in one batch, of any shape; it must be finite and is not kept."""
        values = checks.float_array(x, "x").reshape(-1)
        self._watch(values)
        self.count += values.size

    def qparams(self) -> QParams:
        """Return the parameters for what was seen so far, one scale for the tensor."""
        if self.count == 0:
            raise ValueError(f"{type(self).__name__} has seen no data: call update(x) before qparams()")
        low, high = self._range()
        return qparams_from_range(low, high, bits=self.bits, symmetric=self.symmetric)

    @abstractmethod
    def _watch(self, values: np.ndarray) -> None:
        """Update the statistics with a non-empty float32 vector."""

    @abstractmethod
    def _range(self) -> tuple[float, float]:
        """The range [low, high] to keep; what lies outside will be clipped."""
