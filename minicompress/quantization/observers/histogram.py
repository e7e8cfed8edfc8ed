"""A histogram of a stream: fixed memory, any range, and no value ever counted in a wrong bin.

Bins have equal width and one edge at 0. When a value falls outside, neighbouring bins are merged in pairs about 0 and
the width doubles, as often as needed: counts stay exact, only their resolution halves.
"""

from __future__ import annotations

import numpy as np

from minicompress.quantization.observers.base import Observer

__all__ = ["HistogramObserver"]

BINS = 2048  # on each side of 0; after a merge at least half of them are in use


class HistogramObserver(Observer):
    """Base of the observers that choose their range from the distribution of the values."""

    def __init__(self, *, bits: int = 8, symmetric: bool = False) -> None:
        super().__init__(bits=bits, symmetric=symmetric)
        self.counts = np.zeros(2 * BINS, np.int64)  # bin i covers [(i - BINS), (i - BINS + 1)) * width
        self.width = 0.0
        self.low, self.high = np.inf, -np.inf

    @property
    def centres(self) -> np.ndarray:
        """Midpoint of each bin, float64 (2 * BINS,)."""
        return (np.arange(-BINS, BINS) + 0.5) * self.width

    def _watch(self, values: np.ndarray) -> None:
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))
        self._cover(max(-self.low, self.high))
        bins = np.floor(values.astype(np.float64) / self.width) if self.width else np.zeros(values.shape)
        self.counts += np.bincount(np.clip(bins + BINS, 0, 2 * BINS - 1).astype(np.int64), minlength=2 * BINS)

    def _cover(self, largest: float) -> None:
        if largest == 0:
            return
        if self.width == 0:
            # Zeros seen so far stand in bin BINS, which starts at 0 at every width.
            self.width = largest / BINS
        while largest > self.width * BINS:
            pairs = self.counts.reshape(BINS, 2).sum(axis=1)
            self.counts[:] = 0
            self.counts[BINS // 2 : BINS // 2 + BINS] = pairs
            self.width *= 2

    def _magnitudes(self) -> np.ndarray:
        """Counts of |x| in bins [i, i + 1) * width, i < BINS."""
        return self.counts[BINS:] + self.counts[:BINS][::-1]
