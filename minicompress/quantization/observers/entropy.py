"""Clip where the quantized distribution says most about the real one: least Kullback-Leibler divergence.

For each threshold t: P is the histogram of the range kept, with the clipped counts added to its end bins. Q is the same
histogram without the clipped counts, each quantization level's count spread evenly over those of its bins that P fills.
KL(P || Q) = sum P log(P / Q). Were Q given the clipped counts too, one bin for each level would cost nothing at all.
Source: S. Migacz, "8-bit inference with TensorRT", GTC 2017.
"""

from __future__ import annotations

import numpy as np

from minicompress import checks
from minicompress.quantization.affine import integer_grid
from minicompress.quantization.observers.histogram import BINS, HistogramObserver

__all__ = ["Entropy", "clipped_divergence"]


class Entropy(HistogramObserver):
    """Range [-t, t], cut to what was seen, with the threshold t that minimises KL(P || Q).

    A trap of the method: where most values are exactly zero (behind a ReLU, at padding) the divergence is least when
    that one bar gets a level to itself and everything else is clipped. Feed it the values that are not zero (zero is on
    the grid in any case), or take ``MeanSquaredError``.

    Parameters
    ----------
    steps : int
        Number of thresholds tried, evenly from one bin for each level to all bins.

    Examples
    --------
    >>> x = np.random.default_rng(0).laplace(size=100_000)
    >>> o = Entropy(symmetric=True); o.update(x)
    >>> bool(o.qparams().scale * 127 < np.abs(x).max())
    True
    >>> behind = Entropy(); behind.update(np.append(np.abs(x), np.zeros(10 * x.size)))  # nine in ten are zeros
    >>> bool(behind.qparams().scale * 255 < 0.2 * np.abs(x).max())
    True
    """

    def __init__(self, *, bits: int = 8, symmetric: bool = False, steps: int = 100) -> None:
        super().__init__(bits=bits, symmetric=symmetric)
        self.steps = checks.integer(steps, "steps", low=1)

    def _range(self) -> tuple[float, float]:
        qmin, qmax = integer_grid(self.bits, symmetric=self.symmetric)
        largest = max(-self.low, self.high)
        top = min(BINS, int(np.ceil(largest / self.width))) if self.width else 0
        # Below one bin for each level on a side there is nothing left to quantize.
        least = min(top, max(1, (qmax - qmin + 1) // 2))
        candidates = np.unique(np.linspace(least, top, self.steps).round().astype(int))
        errors = [clipped_divergence(*self._within(k), qmax - qmin + 1) for k in candidates if k > 0]
        threshold = candidates[int(np.argmin(errors))] * self.width if errors else 0.0
        return max(-threshold, self.low), min(threshold, self.high)

    def _within(self, k: int) -> tuple[np.ndarray, int, int]:
        """Counts of the bins that [-k, k] * width covers, cut to what was seen, and the counts below and above them."""
        first = BINS - min(k, int(np.ceil(max(-self.low, 0.0) / self.width)))
        last = BINS + min(k, int(np.ceil(max(self.high, 0.0) / self.width)))
        return self.counts[first:last], int(self.counts[:first].sum()), int(self.counts[last:].sum())


def clipped_divergence(counts: np.ndarray, below: int, above: int, levels: int) -> float:
    """KL(P || Q) in nats of a clipped histogram against itself quantized to ``levels`` equal cells.

    Infinite where the clipped counts fall on a level that holds nothing else.

    >>> clipped_divergence(np.array([4, 4, 0, 2]), 0, 0, 4), round(clipped_divergence(np.array([6, 2]), 0, 0, 1), 4)
    (0.0, 0.1308)
    """
    clipped = counts.astype(np.float64)
    clipped[0] += below
    clipped[-1] += above
    if not counts.sum():
        return np.inf
    p = clipped / clipped.sum()
    cell = np.arange(p.size) * levels // p.size
    filled = p > 0
    mass = np.bincount(cell, weights=counts / counts.sum(), minlength=levels)
    bins_in_use = np.bincount(cell, weights=filled, minlength=levels)
    q = (mass / np.maximum(bins_in_use, 1))[cell]
    if (q[filled] == 0).any():
        return np.inf
    return float(np.sum(p[filled] * np.log(p[filled] / q[filled])))
