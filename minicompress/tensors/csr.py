"""Compressed sparse rows: only the weights that are not zero, each with its column.

Bytes are nnz * (value + index) + 8 (rows + 1): at float32 values and 16-bit columns a kept weight costs 6 bytes, so
CSR is smaller than dense float32 only above one third zeros, and smaller than 8-bit codes only above five sixths.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor

__all__ = ["CSRMatrix"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class CSRMatrix(CompressedTensor):
    """A sparse matrix in canonical CSR form: columns rise within each row, none appears twice.

    Parameters
    ----------
    data : (nnz,) float32 or float16
        Kept values, row after row.
    indices : (nnz,) uint16 or int32
        Column of each value; uint16 wherever the matrix is narrow enough.
    indptr : (out + 1,) int64
        Row i owns ``data[indptr[i]:indptr[i + 1]]``.
    columns : int
        in_features.

    Examples
    --------
    >>> w = CSRMatrix.from_dense(np.float32([[5, 0, 8], [0, 0, 0]]))
    >>> w.indices, w.indptr, w @ np.float32([1, 2, 3])
    (array([0, 2], dtype=uint16), array([0, 2, 2]), array([29.,  0.], dtype=float32))
    """

    format: ClassVar[str] = "csr"
    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    columns: int

    @classmethod
    def from_dense(cls, w: Any, mask: np.ndarray | None = None) -> CSRMatrix:
        """Keep the entries of ``w`` (out, in) that are not 0, or those where the boolean ``mask`` is True.

        An exact zero under a True mask is dropped too: it adds nothing to any product.
        """
        dense = checks.float_array(w, "w", ndim=2, allow_empty=True)
        if mask is not None:
            if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != dense.shape:
                raise ValueError(f"mask must be a boolean array of shape {dense.shape}; got {checks.describe(mask)}")
            dense = np.where(mask, dense, np.float32(0))
        data, indices, indptr = ops.csr_from_dense(dense)
        narrow = np.uint16 if dense.shape[1] <= 2**16 else np.int32
        return cls(data, indices.astype(narrow), indptr, dense.shape[1])

    def _validate(self) -> None:
        columns = checks.integer(self.columns, "columns", low=0, high=2**31 - 1)
        nnz = _vector(self.data, "data", (np.float32, np.float16)).shape[0]
        _vector(self.indices, "indices", (np.uint16, np.int32))
        _vector(self.indptr, "indptr", (np.int64,))
        if self.indices.shape[0] != nnz:
            raise ValueError(f"indices must be as long as data ({nnz}); got {self.indices.shape[0]}")
        if self.indptr.shape[0] < 1 or self.indptr[0] != 0 or self.indptr[-1] != nnz:
            raise ValueError(f"indptr must start at 0 and end at nnz = {nnz}; got {checks.describe(self.indptr)}")
        if (self.indptr[1:] < self.indptr[:-1]).any():
            row = int(np.argmax(self.indptr[1:] < self.indptr[:-1]))
            raise ValueError(f"indptr must not fall; it does at row {row}")
        checks.int_array(self.indices, "indices", low=0, high=columns - 1)
        if not np.isfinite(self.data).all():
            raise ValueError("data holds a value that is not finite")
        # Within a row columns must rise; the first entry of a row may follow anything.
        rises = self.indices[1:].astype(np.int64) > self.indices[:-1]
        starts = self.indptr[1:-1]
        rises[starts[(starts > 0) & (starts < nnz)] - 1] = True
        if not rises.all():
            raise ValueError(f"indices must rise within each row; they do not at position {int(np.argmin(rises)) + 1}")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.indptr.shape[0] - 1, self.columns)

    @property
    def nnz(self) -> int:
        """Number of kept values."""
        return self.data.shape[0]

    @property
    def sparsity(self) -> float:
        """Share of zeros, 0 to 1."""
        return 1 - self.nnz / max(1, self.shape[0] * self.shape[1])

    def to_dense(self) -> np.ndarray:
        """Return the float32 matrix with its zeros."""
        return ops.csr_to_dense(self._float32(), self.indices, self.indptr, self.columns)

    def prepare(self) -> CSRMatrix:
        """Widen float16 values to float32, which the kernels multiply."""
        self._float32()
        return self

    def _float32(self) -> np.ndarray:
        if self.data.dtype == np.float32:
            return self.data
        return self._cached("float32", lambda: self.data.astype(np.float32))

    def _product(self, x: np.ndarray) -> np.ndarray:
        return ops.csr_matmul(self._float32(), self.indices, self.indptr, x)


def _vector(array: np.ndarray, name: str, dtypes: tuple[type[np.generic], ...]) -> np.ndarray:
    if not isinstance(array, np.ndarray) or array.ndim != 1 or array.dtype not in dtypes:
        names = " or ".join(str(np.dtype(d)) for d in dtypes)
        raise ValueError(f"{name} must be a vector of {names}; got {checks.describe(array)}")
    return array
