"""A range that follows the batches: a rare extreme batch moves it only a little."""

from __future__ import annotations

import numpy as np

from minicompress import checks
from minicompress.quantization.observers.base import Observer

__all__ = ["MovingAverage"]


class MovingAverage(Observer):
    """Range = exponential moving average of each batch's extremes: r <- m r + (1 - m) r_batch.

    Parameters
    ----------
    momentum : float in [0, 1]
        Weight of the past; the first batch sets the range.

    Examples
    --------
    >>> o = MovingAverage(momentum=0.9)
    >>> o.update([0.0, 1.0]); o.update([0.0, 2.0]); round(o.high, 3)
    1.1
    """

    def __init__(self, *, bits: int = 8, symmetric: bool = False, momentum: float = 0.9) -> None:
        super().__init__(bits=bits, symmetric=symmetric)
        self.momentum = checks.real(momentum, "momentum", low=0, high=1)
        self.low = self.high = 0.0

    def _watch(self, values: np.ndarray) -> None:
        kept = self.momentum if self.count else 0.0
        self.low = kept * self.low + (1 - kept) * float(values.min())
        self.high = kept * self.high + (1 - kept) * float(values.max())

    def _range(self) -> tuple[float, float]:
        return self.low, self.high
