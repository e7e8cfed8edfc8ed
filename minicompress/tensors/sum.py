"""A sum of two stored matrices: W = A + B, each in the format that suits it.

Low rank plus sparse, a quantized weight plus a low-rank correction, and a frozen weight plus a LoRA adapter are all
of this form.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks
from minicompress.tensors.base import CompressedTensor

__all__ = ["SumMatrix"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class SumMatrix(CompressedTensor):
    """W = first + second.

    Parameters
    ----------
    first, second : (out, in) CompressedTensor

    Examples
    --------
    >>> from minicompress.tensors import DenseTensor, LowRankMatrix
    >>> w = SumMatrix(DenseTensor(np.eye(2, dtype=np.float32)), LowRankMatrix(np.ones((2, 1)), np.ones((1, 2))))
    >>> w.to_dense(), w @ np.array([1.0, 0.0])
    (array([[2., 1.],
           [1., 2.]], dtype=float32), array([2., 1.], dtype=float32))
    """

    format: ClassVar[str] = "sum"
    first: CompressedTensor
    second: CompressedTensor

    def _validate(self) -> None:
        for name, part in (("first", self.first), ("second", self.second)):
            if not isinstance(part, CompressedTensor) or len(part.shape) != 2:
                raise ValueError(f"{name} must be a stored matrix; got {checks.describe(part)}")
        if self.first.shape != self.second.shape:
            raise ValueError(f"first and second must have the same shape; got {self.first.shape}, {self.second.shape}")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return self.first.shape

    def to_dense(self) -> np.ndarray:
        """Return the sum, float32."""
        return self.first.to_dense() + self.second.to_dense()

    def prepare(self) -> SumMatrix:
        """Prepare both parts."""
        self.first.prepare()
        self.second.prepare()
        return self

    def _product(self, x: np.ndarray) -> np.ndarray:
        return self.first @ x + self.second @ x

    def _linear(self, x: np.ndarray) -> np.ndarray:
        return self.first.linear(x) + self.second.linear(x)

    def _linear_int8(self, x: np.ndarray) -> np.ndarray:
        return self.first.linear(x, activation_bits=8) + self.second.linear(x, activation_bits=8)

    def _rows(self, indices: np.ndarray) -> np.ndarray:
        return self.first.take_rows(indices) + self.second.take_rows(indices)
