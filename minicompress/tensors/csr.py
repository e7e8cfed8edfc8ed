"""Compressed sparse rows: only the weights that are not zero, each with its column.

Bytes are nnz * (value + index) + 8 (rows + 1): at float32 values and 16-bit columns a kept weight costs 6 bytes, so
CSR is smaller than dense float32 only above one third zeros, and smaller than 8-bit codes only above five sixths.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.fields import check_dense_size
from minicompress.tensors.sparse import SparseMatrix, Triple, checked_mask, checked_starts, checked_vector, narrowed

__all__ = ["CSRMatrix"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class CSRMatrix(SparseMatrix):
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
            dense = np.where(checked_mask(mask, dense.shape), dense, np.float32(0))
        data, indices, indptr = ops.csr_from_dense(dense)
        return cls(data, narrowed(indices, dense.shape[1]), indptr, dense.shape[1])

    @classmethod
    def from_csr(cls, matrix: CSRMatrix) -> CSRMatrix:
        """Return ``matrix`` itself."""
        return matrix

    def to_csr(self) -> CSRMatrix:
        """Return this matrix."""
        return self

    def _validate(self) -> None:
        columns = checks.integer(self.columns, "columns", low=0, high=2**31 - 1)
        nnz = checked_vector(self.data, "data", (np.float32, np.float16)).shape[0]
        checked_starts(self.indices, self.indptr, nnz, columns)

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.indptr.shape[0] - 1, self.columns)

    def to_dense(self) -> np.ndarray:
        """Return the float32 matrix with its zeros."""
        check_dense_size(4 * self.shape[0] * self.shape[1], self.nbytes)
        return ops.csr_to_dense(self._float32(), self.indices, self.indptr, self.columns)

    def _csr(self) -> Triple:
        return self._float32(), self.indices, self.indptr
