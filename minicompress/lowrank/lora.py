"""LoRA: a frozen weight and a trained low-rank difference, apart while training, merged for serving."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.lowrank.ranks import checked_rank
from minicompress.tensors import CompressedTensor, DenseTensor, LowRankMatrix, SumMatrix

__all__ = ["LoRA"]


@dataclasses.dataclass(frozen=True, eq=False)
class LoRA:
    """An adapter: W' = W + (alpha / rank) B A.

    Source: Hu et al. 2021, arXiv:2106.09685, section 4.1; on a quantized W it is QLoRA, Dettmers et al. 2023,
    arXiv:2305.14314.

    Parameters
    ----------
    a : (rank, in_features) float32
    b : (out_features, rank) float32
    alpha : float
        The scale is alpha / rank, so that alpha need not be tuned again when the rank changes.

    Examples
    --------
    >>> adapter = LoRA(np.float32([[1, 0]]), np.float32([[0], [2]]), alpha=3.0)
    >>> adapter.merge(np.eye(2))
    array([[1., 0.],
           [6., 1.]], dtype=float32)
    """

    a: np.ndarray
    b: np.ndarray
    alpha: float

    def __post_init__(self) -> None:
        a = checks.float_array(self.a, "a", ndim=2)
        b = checks.float_array(self.b, "b", ndim=2)
        if a.shape[0] != b.shape[1]:
            raise ValueError(f"a (rank, in) and b (out, rank) must share the rank; got {a.shape} and {b.shape}")
        object.__setattr__(self, "a", a)
        object.__setattr__(self, "b", b)
        object.__setattr__(self, "alpha", checks.real(self.alpha, "alpha"))

    @classmethod
    def start(
        cls, shape: tuple[int, int], *, rank: int, alpha: float, rng: np.random.Generator, allow_growth: bool = False
    ) -> LoRA:
        """Return the adapter that training starts from: A uniform in +-1/sqrt(in), B = 0, so that W' = W.

        >>> adapter = LoRA.start((8, 6), rank=2, alpha=4.0, rng=np.random.default_rng(0))
        >>> adapter.a.shape, adapter.b.any(), adapter.scale
        ((2, 6), np.False_, 2.0)
        """
        out, inputs = (checks.integer(side, "shape", low=1) for side in shape)
        rank = checked_rank(rank, (out, inputs), allow_growth=allow_growth)
        reach = inputs**-0.5  # what torch's kaiming_uniform with a = sqrt(5) comes to
        a = checks.generator(rng).uniform(-reach, reach, (rank, inputs)).astype(np.float32)
        return cls(a, np.zeros((out, rank), np.float32), alpha)

    @property
    def rank(self) -> int:
        """Rows of ``a``."""
        return self.a.shape[0]

    @property
    def scale(self) -> float:
        """alpha / rank."""
        return self.alpha / self.rank

    def delta(self) -> LowRankMatrix:
        """Return (alpha / rank) B A as a stored matrix."""
        with np.errstate(over="ignore"):
            left = (self.scale * self.b.astype(np.float64)).astype(np.float32)
        if not np.isfinite(left).all():
            raise ValueError(f"alpha / rank = {self.scale:g} takes b beyond float32")
        return LowRankMatrix(DenseTensor(left), DenseTensor(self.a))

    def attach(self, w: CompressedTensor) -> SumMatrix:
        """Return W + (alpha / rank) B A with both kept apart: ``w`` stays as it is stored, quantized or not."""
        return SumMatrix(w, self.delta())

    def merge(self, w: Any) -> np.ndarray:
        """Return the dense W + (alpha / rank) B A, float32, for ``w`` (out, in): as fast as W alone."""
        return self._added(w, self.scale)

    def unmerge(self, w: Any) -> np.ndarray:
        """Return W - (alpha / rank) B A: what ``merge`` was given, up to one rounding of float32."""
        return self._added(w, -self.scale)

    def _added(self, w: Any, scale: float) -> np.ndarray:
        weights = checks.float_array(w, "w", shape=(self.b.shape[0], self.a.shape[1]))
        with np.errstate(over="ignore"):
            merged = (weights + scale * (self.b.astype(np.float64) @ self.a)).astype(np.float32)
        if not np.isfinite(merged).all():
            raise ValueError("w and the adapter add up beyond float32")
        return merged

    def gradients(self, x: Any, grad_y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return dL/dA and dL/dB for inputs (..., in) and the gradient (..., out) by the layer's output.

            dL/dB = (alpha / rank) g^T (x A^T),   dL/dA = (alpha / rank) (g B)^T x   (summed over positions)

        W has none: it is frozen. float32, in the shapes of ``a`` and ``b``.
        """
        inputs = checks.float_array(x, "x")
        if inputs.ndim < 1 or inputs.shape[-1] != self.a.shape[1]:
            raise ValueError(f"x must have shape (..., {self.a.shape[1]}); got {checks.describe(inputs)}")
        slopes = checks.float_array(grad_y, "grad_y", shape=(*inputs.shape[:-1], self.b.shape[0]))
        rows = inputs.reshape(-1, inputs.shape[-1]).astype(np.float64)
        g = slopes.reshape(-1, slopes.shape[-1]).astype(np.float64)
        by_a, by_b = self.scale * (g @ self.b).T @ rows, self.scale * g.T @ (rows @ self.a.T)
        if max(np.abs(by_a).max(), np.abs(by_b).max()) > np.finfo(np.float32).max:
            raise ValueError("the gradient of a or b is beyond float32; scale grad_y first")
        return by_a.astype(np.float32), by_b.astype(np.float32)
