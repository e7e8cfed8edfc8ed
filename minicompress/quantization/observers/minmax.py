"""The range seen: nothing is clipped, and one outlier sets the step for all."""

from __future__ import annotations

import numpy as np

from minicompress.quantization.observers.base import Observer

__all__ = ["MinMax"]


class MinMax(Observer):
    """Range = [smallest, largest] value of all batches.

    >>> o = MinMax()
    >>> o.update([0.0, 2.55]); float(o.qparams().scale)
    0.009999999776482582
    """

    def __init__(self, *, bits: int = 8, symmetric: bool = False) -> None:
        super().__init__(bits=bits, symmetric=symmetric)
        self.low, self.high = np.inf, -np.inf

    def _watch(self, values: np.ndarray) -> None:
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))

    def _range(self) -> tuple[float, float]:
        return self.low, self.high
