"""What compression needs to know of a layer's inputs, gathered while they stream by: none of them is stored for long.

    H = 2 X^T X / n      (in, in), for the methods that weigh errors: GPTQ, SparseGPT, AdaRound, whitened SVD ...
    a uniform sample     of a few rows, for the methods that look at single activations: AWQ, SmoothQuant, LLM.int8()

A method takes inputs X, not H. It gets the square root of H instead: a matrix of ``in`` rows with the same H.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization import HessianAccumulator

__all__ = ["SINGLE_INPUTS", "InputStatistics"]

#: Methods that look at single activations.
SINGLE_INPUTS = frozenset({"awq", "llm_int8", "smoothquant"})


class InputStatistics:
    """Of the inputs (n, in_features) of one layer, in memory that does not grow with n.

    Parameters
    ----------
    in_features : int
    rng : numpy.random.Generator
        Draws the sample: each input has the same chance.
    rows : int
        Inputs in the sample.

    Examples
    --------
    >>> statistics = InputStatistics(2, rng=np.random.default_rng(0))
    >>> statistics.update([[1, 0], [3, 4]])
    >>> from minicompress.quantization import hessian_from
    >>> hessian_from(statistics.inputs_for("gptq")).round(4)
    array([[10., 12.],
           [12., 16.]])
    """

    def __init__(self, in_features: int, *, rng: np.random.Generator, rows: int = 1024) -> None:
        self._rng = checks.generator(rng)
        self._rows = checks.integer(rows, "rows", low=1)
        self._accumulator = HessianAccumulator(in_features)
        self._keys = np.zeros(0)
        self._sample = np.zeros((0, in_features), np.float32)

    @property
    def count(self) -> int:
        """Inputs seen."""
        return self._accumulator.count

    def update(self, x: Any) -> None:
        """Take in a batch (n, in_features)."""
        batch = checks.float_array(x, "x", ndim=2)
        self._accumulator.update(batch)
        # Each row gets a random key; the smallest keys of the whole stream are a uniform sample of it.
        keys = np.concatenate([self._keys, self._rng.random(len(batch))])
        chosen = np.sort(np.argsort(keys, kind="stable")[: self._rows])
        self._sample = np.concatenate([self._sample, batch])[chosen]
        self._keys = keys[chosen]

    def hessian(self) -> np.ndarray:
        """H (in, in) float64."""
        return self._accumulator.hessian()

    def inputs_for(self, method: str) -> np.ndarray:
        """Float32 inputs to hand to ``method``: the sample, or a matrix (in, in) with this H."""
        if method in SINGLE_INPUTS:
            return self._sample
        values, vectors = np.linalg.eigh(self.hessian())
        root = (vectors * np.sqrt(np.maximum(values, 0))).T  # root^T root = H
        return (root * np.sqrt(len(root) / 2)).astype(np.float32)


def output_error(w: np.ndarray, compressed: np.ndarray, hessian: np.ndarray) -> float:
    """Relative error of a layer's outputs, ||X (W - W')^T|| / ||X W^T||, from H alone.

    >>> output_error(np.eye(2), np.diag([1.0, 0.5]), np.eye(2)).__round__(4)
    0.3536
    """
    exact = w.astype(np.float64)
    error = exact - compressed
    whole = float(((exact @ hessian) * exact).sum())
    return float(np.sqrt(max(0.0, float(((error @ hessian) * error).sum())) / (whole or 1.0)))
