"""Coordinates: each value with its row and its column. The form to build a sparse matrix in, and to exchange it.

A kept weight costs a row index more than in CSR, and rows that keep nothing cost nothing.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from minicompress import checks
from minicompress.tensors.csr import CSRMatrix
from minicompress.tensors.fields import check_dense_size
from minicompress.tensors.sparse import SparseMatrix, Triple, checked_vector, narrowed

__all__ = ["COOMatrix"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class COOMatrix(SparseMatrix):
    """A sparse matrix in canonical COO form: entries in C order, no place twice.

    Parameters
    ----------
    data : (nnz,) float32 or float16
    row_indices, column_indices : (nnz,) uint16 or int32
    rows, columns : int
        (out_features, in_features).

    Examples
    --------
    >>> w = COOMatrix.from_entries([5, 8, 1], [1, 0, 1], [2, 0, 2], shape=(2, 3))  # in any order; duplicates add up
    >>> w.to_dense()
    array([[8., 0., 0.],
           [0., 0., 6.]], dtype=float32)
    """

    format: ClassVar[str] = "coo"
    data: np.ndarray
    row_indices: np.ndarray
    column_indices: np.ndarray
    rows: int
    columns: int

    @classmethod
    def from_entries(cls, data: Any, row_indices: Any, column_indices: Any, *, shape: tuple[int, int]) -> COOMatrix:
        """Sort entries given in any order, and add up those that share a place (in float64)."""
        rows, columns = (checks.integer(n, f"shape[{axis}]", low=0, high=2**31 - 1) for axis, n in enumerate(shape))
        values = checks.float_array(data, "data", ndim=1, allow_empty=True)
        i = checks.int_array(row_indices, "row_indices", ndim=1, low=0, high=rows - 1)
        j = checks.int_array(column_indices, "column_indices", ndim=1, low=0, high=columns - 1)
        for name, indices in (("row_indices", i), ("column_indices", j)):
            if len(indices) != len(values):
                raise ValueError(f"{name} must be as long as data ({len(values)}); got {len(indices)}")
        places, back = np.unique(i.astype(np.int64) * columns + j, return_inverse=True)
        total = np.bincount(back, weights=values, minlength=len(places))
        merged = checks.float_array(total, "data, duplicates added up,", allow_empty=True)
        i, j = np.divmod(places, max(columns, 1))
        return cls(merged, narrowed(i, rows), narrowed(j, columns), rows, columns)

    @classmethod
    def from_dense(cls, w: Any, mask: np.ndarray | None = None) -> COOMatrix:
        """Keep the entries of ``w`` (out, in) that are not 0, or those of them where ``mask`` is True."""
        return cls.from_csr(CSRMatrix.from_dense(w, mask))

    @classmethod
    def from_csr(cls, matrix: CSRMatrix) -> COOMatrix:
        """Write out the row of each entry."""
        rows, columns = matrix.shape
        row_indices = np.repeat(np.arange(rows), np.diff(matrix.indptr))
        return cls(matrix.data, narrowed(row_indices, rows), matrix.indices, rows, columns)

    def to_csr(self) -> CSRMatrix:
        """Replace the rows of all entries by where each row starts."""
        return CSRMatrix(self.data, self.column_indices, self._starts(), self.columns)

    def _validate(self) -> None:
        rows = checks.integer(self.rows, "rows", low=0, high=2**31 - 1)
        columns = checks.integer(self.columns, "columns", low=0, high=2**31 - 1)
        nnz = checked_vector(self.data, "data", (np.float32, np.float16)).shape[0]
        for name, indices, size in (
            ("row_indices", self.row_indices, rows),
            ("column_indices", self.column_indices, columns),
        ):
            checked_vector(indices, name, (np.uint16, np.int32))
            if len(indices) != nnz:
                raise ValueError(f"{name} must be as long as data ({nnz}); got {len(indices)}")
            checks.int_array(indices, name, low=0, high=size - 1)
        place = self.row_indices.astype(np.int64) * columns + self.column_indices
        if (place[1:] <= place[:-1]).any():
            at = int(np.argmax(place[1:] <= place[:-1])) + 1
            raise ValueError(f"entries must be in C order, no place twice; entry {at} is not (see from_entries)")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.rows, self.columns)

    def to_dense(self) -> np.ndarray:
        """Return the float32 matrix with its zeros."""
        check_dense_size(4 * self.shape[0] * self.shape[1], self.nbytes)
        dense = np.zeros(self.shape, np.float32)
        dense[self.row_indices, self.column_indices] = self.data
        return dense

    def _starts(self) -> np.ndarray:
        return np.searchsorted(self.row_indices, np.arange(self.rows + 1)).astype(np.int64)

    def _csr(self) -> Triple:
        return self._float32(), self.column_indices, self._cached("starts", self._starts)
