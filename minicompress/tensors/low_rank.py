"""A product of two thin matrices: W = L R, stored in r (out + in) numbers instead of out * in.

W x = L (R x) costs 2 r (out + in) operations a column, against 2 out in. Both are fewer only while
r < out in / (out + in).
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from minicompress import checks
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.dense import DenseTensor

__all__ = ["LowRankMatrix"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class LowRankMatrix(CompressedTensor):
    """W = left @ right; each factor is itself a stored matrix, dense, quantized or sparse.

    Parameters
    ----------
    left : (out, rank) CompressedTensor or float array
    right : (rank, in) CompressedTensor or float array
        An array is stored as a :class:`DenseTensor` of its dtype.

    Examples
    --------
    >>> w = LowRankMatrix(np.float32([[1], [2]]), np.float32([[3, 4, 5]]))
    >>> w.to_dense(), w.rank, w.nbytes
    (array([[ 3.,  4.,  5.],
           [ 6.,  8., 10.]], dtype=float32), 1, 20)
    """

    format: ClassVar[str] = "low_rank"
    left: CompressedTensor
    right: CompressedTensor

    def __post_init__(self) -> None:
        for name in ("left", "right"):
            factor: Any = getattr(self, name)
            if isinstance(factor, np.ndarray):
                object.__setattr__(self, name, DenseTensor(factor))
        super().__post_init__()

    def _validate(self) -> None:
        for name, factor in (("left", self.left), ("right", self.right)):
            if not isinstance(factor, CompressedTensor) or len(factor.shape) != 2:
                raise ValueError(f"{name} must be a stored matrix or a 2-D float array; got {checks.describe(factor)}")
        if self.left.shape[1] != self.right.shape[0] or self.rank < 1:
            raise ValueError(
                f"left must have as many columns as right has rows, at least 1; got {self.left.shape} "
                f"and {self.right.shape}"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.left.shape[0], self.right.shape[1])

    @property
    def rank(self) -> int:
        """Columns of ``left``."""
        return self.left.shape[1]

    def to_dense(self) -> np.ndarray:
        """Return L R, summed in float64 and rounded to float32 once."""
        return self._rounded(self.left.to_dense(), self.right.to_dense().astype(np.float64))

    def prepare(self) -> LowRankMatrix:
        """Prepare both factors."""
        self.left.prepare()
        self.right.prepare()
        return self

    def _product(self, x: np.ndarray) -> np.ndarray:
        return self.left @ (self.right @ x)

    def _linear(self, x: np.ndarray) -> np.ndarray:
        return self.left.linear(self.right.linear(x))

    def _linear_int8(self, x: np.ndarray) -> np.ndarray:
        # The inputs alone are rounded: what lies between the factors is no activation of the model.
        return self.left.linear(self.right.linear(x, activation_bits=8))

    def _rows(self, indices: np.ndarray) -> np.ndarray:
        right = self._cached("right", lambda: self.right.to_dense().astype(np.float64))
        return self._rounded(self.left.take_rows(indices), right)

    @staticmethod
    def _rounded(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):  # factors from a file may multiply beyond float32: an infinity says so
            return (left.astype(np.float64) @ right).astype(np.float32)
