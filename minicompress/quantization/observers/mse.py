"""Clip where the expected squared error is least: rounding error inside against clipping error outside."""

from __future__ import annotations

import numpy as np

from minicompress import checks
from minicompress.quantization.affine import fake_quantize, qparams_from_range
from minicompress.quantization.observers.histogram import HistogramObserver

__all__ = ["MeanSquaredError"]


class MeanSquaredError(HistogramObserver):
    """Range [f low, f high] with the f in (0, 1] that minimises sum counts (x - fake_quantize(x))^2 over the bins.

    Parameters
    ----------
    steps : int
        Number of fractions tried, 1/steps to 1.

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal(100_000)
    >>> o = MeanSquaredError(bits=4, symmetric=True); o.update(x)
    >>> bool(np.abs(x).max() > 4 and o.qparams().scale * 7 < 3)
    True
    """

    def __init__(self, *, bits: int = 8, symmetric: bool = False, steps: int = 100) -> None:
        super().__init__(bits=bits, symmetric=symmetric)
        self.steps = checks.integer(steps, "steps", low=1)

    def _range(self) -> tuple[float, float]:
        used = self.counts > 0
        x, weight = self.centres[used].astype(np.float32), self.counts[used]
        best, best_error = 1.0, np.inf
        for fraction in np.arange(self.steps, 0, -1) / self.steps:
            grid = qparams_from_range(
                fraction * self.low, fraction * self.high, bits=self.bits, symmetric=self.symmetric
            )
            error = float(weight @ (x.astype(np.float64) - fake_quantize(x, grid)) ** 2)
            if error < best_error:  # strictly: of equals, the wider range wins
                best, best_error = float(fraction), error
        return best * self.low, best * self.high
