"""A few input columns in float, all others in integers: the decomposition of LLM.int8().

W x = W_o x_o + W_r x_r, with o the outlier channels. Under ``activation_bits=8`` only x_r is rounded: the step of its
int8 codes is set by what is left once the outliers are gone. Source: Dettmers et al. 2022, arXiv:2208.07339.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks
from minicompress.tensors.base import CompressedTensor

__all__ = ["OutlierTensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class OutlierTensor(CompressedTensor):
    """Columns ``outlier_columns`` of W as they are, the rest in another format.

    Parameters
    ----------
    outliers : (out, k) CompressedTensor
        Weights that meet outlier channels, usually a float16 :class:`DenseTensor`.
    rest : (out, in - k) CompressedTensor
        All other columns in their order, usually an 8-bit :class:`QuantizedTensor`.
    outlier_columns : (k,) int32, rising

    Examples
    --------
    >>> from minicompress.quantization import quantize_rtn
    >>> from minicompress.tensors import DenseTensor
    >>> w = OutlierTensor(DenseTensor(np.float32([[0.123]])), quantize_rtn([[1.0, -1.0]], bits=8), np.int32([1]))
    >>> w.to_dense()
    array([[ 1.   ,  0.123, -1.   ]], dtype=float32)
    """

    format: ClassVar[str] = "outlier"
    outliers: CompressedTensor
    rest: CompressedTensor
    outlier_columns: np.ndarray

    def _validate(self) -> None:
        for name, part in (("outliers", self.outliers), ("rest", self.rest)):
            if not isinstance(part, CompressedTensor) or len(part.shape) != 2:
                raise ValueError(f"{name} must be a stored matrix; got {checks.describe(part)}")
        if self.outliers.shape[0] != self.rest.shape[0]:
            raise ValueError(f"outliers and rest must have as many rows; got {self.outliers.shape}, {self.rest.shape}")
        columns = self.outlier_columns
        if not isinstance(columns, np.ndarray) or columns.dtype != np.int32 or columns.ndim != 1:
            raise ValueError(f"outlier_columns must be a vector of int32; got {checks.describe(columns)}")
        if len(columns) != self.outliers.shape[1]:
            raise ValueError(f"outlier_columns must name {self.outliers.shape[1]} columns; got {len(columns)}")
        checks.int_array(columns, "outlier_columns", low=0, high=self.shape[1] - 1)
        if (columns[1:] <= columns[:-1]).any():
            raise ValueError("outlier_columns must rise")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.rest.shape[0], self.rest.shape[1] + self.outliers.shape[1])

    def _rest_columns(self) -> np.ndarray:
        return self._cached("rest_columns", lambda: np.delete(np.arange(self.shape[1]), self.outlier_columns))

    def to_dense(self) -> np.ndarray:
        """Return the float32 matrix, columns in their order."""
        dense = np.empty(self.shape, np.float32)
        dense[:, self.outlier_columns] = self.outliers.to_dense()
        dense[:, self._rest_columns()] = self.rest.to_dense()
        return dense

    def prepare(self) -> OutlierTensor:
        """Prepare both parts."""
        self._rest_columns()
        self.outliers.prepare()
        self.rest.prepare()
        return self

    def _split(self, x: np.ndarray, activation_bits: int | None) -> np.ndarray:
        """X W^T for rows ``x`` (n, in), the rest at ``activation_bits``."""
        y = self.outliers.linear(x[:, self.outlier_columns])
        y += self.rest.linear(x[:, self._rest_columns()], activation_bits=activation_bits)
        return y

    def _linear(self, x: np.ndarray) -> np.ndarray:
        return self._split(x, None)

    def _linear_int8(self, x: np.ndarray) -> np.ndarray:
        return self._split(x, 8)

    def _product(self, x: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(self._linear(np.ascontiguousarray(x.T)).T)
