"""Clip a fixed share of the values: robust to outliers, blind to how much each one matters."""

from __future__ import annotations

import numpy as np

from minicompress import checks
from minicompress.quantization.observers.histogram import BINS, HistogramObserver

__all__ = ["Percentile"]


class Percentile(HistogramObserver):
    """Range that leaves ``percentile`` % of the values inside, to within one bin.

    Symmetric: of |x|. Asymmetric: half of the rest is cut at each end.

    Parameters
    ----------
    percentile : float in (0, 100]

    Examples
    --------
    >>> o = Percentile(percentile=99.0, symmetric=True)
    >>> o.update(np.linspace(-1, 1, 10001)); round(o.qparams().scale.item() * 127, 2)
    0.99
    """

    def __init__(self, *, bits: int = 8, symmetric: bool = False, percentile: float = 99.99) -> None:
        super().__init__(bits=bits, symmetric=symmetric)
        self.percentile = checks.real(percentile, "percentile", low=0, high=100, open_low=True)

    def _range(self) -> tuple[float, float]:
        outside = 1 - self.percentile / 100
        if self.symmetric:
            edge = (_first_reaching(self._magnitudes(), 1 - outside) + 1) * self.width
            edge = min(edge, max(-self.low, self.high))
            return -edge, edge
        low = (_first_reaching(self.counts[::-1], 1 - outside / 2) + 1 - BINS) * -self.width
        high = (_first_reaching(self.counts, 1 - outside / 2) + 1 - BINS) * self.width
        return max(low, self.low), min(high, self.high)


def _first_reaching(counts: np.ndarray, share: float) -> int:
    """Index of the first bin at which the running count reaches ``share`` of all."""
    running = np.cumsum(counts)
    return int(np.searchsorted(running, share * running[-1]))
