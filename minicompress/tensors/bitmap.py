"""Bitmap: one bit a weight says whether it is kept, and the kept values follow one another.

The side information is 1 bit a weight however many are kept: at float32 values smaller than CSR with 16-bit columns
wherever more than one weight in sixteen is kept.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.csr import CSRMatrix
from minicompress.tensors.sparse import SparseMatrix, Triple, checked_vector, narrowed

__all__ = ["BitmapMatrix"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class BitmapMatrix(SparseMatrix):
    """A sparse matrix as a mask of bits and its kept values in C order.

    Parameters
    ----------
    data : (nnz,) float32 or float16
    bitmap : (out, ceil(in / 8)) uint8
        Bit j % 8 of byte j // 8 is 1 where column j is kept; bits beyond the last column are 0.
    columns : int
        in_features.

    Examples
    --------
    >>> w = BitmapMatrix.from_dense(np.float32([[5, 0, 8], [0, 0, 0]]))
    >>> w.data, w.bitmap.tolist(), w.nbytes
    (array([5., 8.], dtype=float32), [[5], [0]], 10)
    """

    format: ClassVar[str] = "bitmap"
    data: np.ndarray
    bitmap: np.ndarray
    columns: int

    @classmethod
    def from_dense(cls, w: Any, mask: np.ndarray | None = None) -> BitmapMatrix:
        """Keep the entries of ``w`` (out, in) that are not 0, or those of them where ``mask`` is True."""
        return cls.from_csr(CSRMatrix.from_dense(w, mask))

    @classmethod
    def from_csr(cls, matrix: CSRMatrix) -> BitmapMatrix:
        """Set one bit for each entry of a CSR matrix."""
        kept = np.zeros(matrix.shape, np.uint8)
        kept[np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices] = 1
        return cls(matrix.data, ops.pack_bits(kept, 1), matrix.columns)

    def to_csr(self) -> CSRMatrix:
        """Write out the column of each entry."""
        return CSRMatrix(self.data, *self._columns(), self.columns)

    def _validate(self) -> None:
        columns = checks.integer(self.columns, "columns", low=0, high=2**31 - 1)
        nnz = checked_vector(self.data, "data", (np.float32, np.float16)).shape[0]
        bitmap = checked_vector(self.bitmap, "bitmap", (np.uint8,), ndim=2)
        if bitmap.shape[1] != -(-columns // 8):
            raise ValueError(f"bitmap must have {-(-columns // 8)} bytes a row; got {bitmap.shape[1]}")
        if columns % 8 and (bitmap[:, -1] >> (columns % 8)).any():
            raise ValueError(f"bitmap must be 0 beyond column {columns - 1}")
        kept = int(np.bitwise_count(bitmap).sum(dtype=np.int64))
        if kept != nnz:
            raise ValueError(f"bitmap must mark as many entries as data holds ({nnz}); it marks {kept}")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.bitmap.shape[0], self.columns)

    def _mask(self) -> np.ndarray:
        return np.unpackbits(self.bitmap, axis=1, count=self.columns, bitorder="little").astype(bool)

    def to_dense(self) -> np.ndarray:
        """Return the float32 matrix with its zeros."""
        dense = np.zeros(self.shape, np.float32)
        dense[self._mask()] = self.data
        return dense

    def _csr(self) -> Triple:
        return self._float32(), *self._cached("columns", self._columns)

    def _columns(self) -> tuple[np.ndarray, np.ndarray]:
        mask = self._mask()
        indptr = np.zeros(len(mask) + 1, np.int64)
        np.cumsum(mask.sum(axis=1), out=indptr[1:])
        return narrowed(np.nonzero(mask)[1], self.columns), indptr
