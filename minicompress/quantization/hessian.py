"""The second-order statistic of a layer's inputs: how much each rounding error, and each pair of them, will cost.

The loss of a linear layer is quadratic in the error E = W - Q of its weights, whatever the outputs:

    ||X W^T - X Q^T||_F^2 / n = tr(E (X^T X / n) E^T),   H = 2 X^T X / n

H (in, in) is all that GPTQ, SparseGPT and AdaRound need of the data; the inputs themselves are never kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["HessianAccumulator", "hessian_from"]


class HessianAccumulator:
    """H = 2 X^T X / n over a stream of batches; memory is (in, in) float64 however long the stream.

    Parameters
    ----------
    in_features : int

    Examples
    --------
    >>> h = HessianAccumulator(2)
    >>> h.update([[1, 0]]); h.update([[3, 4], [0, 0], [0, 0]])
    >>> h.hessian()
    array([[5., 6.],
           [6., 8.]])
    """

    def __init__(self, in_features: int) -> None:
        self.in_features = checks.integer(in_features, "in_features", low=1)
        self.count = 0
        self._mean = np.zeros((self.in_features, self.in_features))

    def update(self, x: Any) -> None:
        """Take in one batch (..., in_features) of finite activations; it is not kept."""
        batch = checks.float_array(x, "x", dtype=np.float64)
        if batch.ndim < 1 or batch.shape[-1] != self.in_features:
            raise ValueError(f"x must have shape (..., {self.in_features}); got {checks.describe(np.asarray(x))}")
        rows = batch.reshape(-1, self.in_features)
        if np.abs(rows).max() > 1e150:
            raise ValueError("x has values beyond 1e150, whose squares overflow; scale it first")
        self.count += len(rows)
        # A running mean: n need not be known, and no sum grows without bound.
        self._mean *= 1 - len(rows) / self.count
        self._mean += rows.T @ rows * (2 / self.count)

    def hessian(self) -> np.ndarray:
        """Return H (in, in), float64, of all batches so far."""
        if self.count == 0:
            raise ValueError("HessianAccumulator has seen no data: call update(x) before hessian()")
        return self._mean.copy()


def hessian_from(x: Any) -> np.ndarray:
    """Return H = 2 X^T X / n of calibration inputs ``x`` (n_samples, in_features): float64 (in, in).

    >>> hessian_from([[1, 0], [3, 4]])
    array([[10., 12.],
           [12., 16.]])
    """
    rows = checks.float_array(x, "x", ndim=2, dtype=np.float64)
    accumulator = HessianAccumulator(rows.shape[1])
    accumulator.update(rows)
    return accumulator.hessian()
