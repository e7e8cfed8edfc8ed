"""Compressed sparse columns: the form in which a whole input is found, or dropped, at once.

The CSC arrays of W are the CSR arrays of W^T: :func:`minicompress.tensors.transpose` only renames them.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.csr import CSRMatrix
from minicompress.tensors.fields import check_dense_size
from minicompress.tensors.sparse import SparseMatrix, Triple, checked_starts, checked_vector, narrowed

__all__ = ["CSCMatrix"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class CSCMatrix(SparseMatrix):
    """A sparse matrix in canonical CSC form: rows rise within each column, none appears twice.

    Parameters
    ----------
    data : (nnz,) float32 or float16
        Kept values, column after column.
    indices : (nnz,) uint16 or int32
        Row of each value.
    indptr : (in + 1,) int64
        Column j owns ``data[indptr[j]:indptr[j + 1]]``.
    rows : int
        out_features.

    Examples
    --------
    >>> w = CSCMatrix.from_dense(np.float32([[5, 0, 8], [0, 0, 7]]))
    >>> w.data, w.indices, w.indptr
    (array([5., 8., 7.], dtype=float32), array([0, 0, 1], dtype=uint16), array([0, 1, 1, 3]))
    """

    format: ClassVar[str] = "csc"
    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    rows: int

    @classmethod
    def from_dense(cls, w: Any, mask: np.ndarray | None = None) -> CSCMatrix:
        """Keep the entries of ``w`` (out, in) that are not 0, or those of them where ``mask`` is True."""
        return cls.from_csr(CSRMatrix.from_dense(w, mask))

    @classmethod
    def from_csr(cls, matrix: CSRMatrix) -> CSCMatrix:
        """Sort the entries of a CSR matrix by columns."""
        data, rows, indptr = ops.csr_transpose(matrix.data, matrix.indices, matrix.indptr, matrix.columns)
        return cls(data, narrowed(rows, matrix.shape[0]), indptr, matrix.shape[0])

    def to_csr(self) -> CSRMatrix:
        """Sort the entries by rows."""
        data, columns, indptr = ops.csr_transpose(self.data, self.indices, self.indptr, self.rows)
        return CSRMatrix(data, narrowed(columns, self.shape[1]), indptr, self.shape[1])

    def _validate(self) -> None:
        rows = checks.integer(self.rows, "rows", low=0, high=2**31 - 1)
        nnz = checked_vector(self.data, "data", (np.float32, np.float16)).shape[0]
        checked_starts(self.indices, self.indptr, nnz, rows, run="column")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.rows, self.indptr.shape[0] - 1)

    def to_dense(self) -> np.ndarray:
        """Return the float32 matrix with its zeros."""
        check_dense_size(4 * self.shape[0] * self.shape[1], self.nbytes)
        dense = np.zeros(self.shape, np.float32)
        dense[self.indices, np.repeat(np.arange(self.shape[1]), np.diff(self.indptr))] = self.data
        return dense

    def _csr(self) -> Triple:
        def build() -> Triple:
            made = self.to_csr()
            return made.data.astype(np.float32, copy=False), made.indices, made.indptr

        return self._cached("csr", build)
