"""W^T of a sparse matrix, in the same format, with no dense matrix between."""

from __future__ import annotations

from typing import TypeVar

from minicompress import checks, ops
from minicompress.tensors.bitmap import BitmapMatrix
from minicompress.tensors.bsr import BSRMatrix
from minicompress.tensors.coo import COOMatrix
from minicompress.tensors.csc import CSCMatrix
from minicompress.tensors.csr import CSRMatrix
from minicompress.tensors.sparse import narrowed

__all__ = ["transpose"]

Turnable = TypeVar("Turnable", CSRMatrix, CSCMatrix, COOMatrix, BSRMatrix, BitmapMatrix)


def transpose(matrix: Turnable) -> Turnable:
    """Return W^T (in, out) of a CSR, CSC, COO, BSR or bitmap matrix, in its own format.

    An N:M matrix has no N:M transpose: its pattern runs along rows.

    >>> transpose(CSRMatrix.from_dense(np.float32([[5, 0, 8], [0, 0, 7]]))).to_dense()
    array([[5., 0.],
           [0., 0.],
           [8., 7.]], dtype=float32)
    """
    if isinstance(matrix, BSRMatrix):
        blocks, indices, indptr = ops.csr_transpose(
            matrix.data, matrix.indices, matrix.indptr, matrix.columns // matrix.block[1]
        )
        turned = blocks.transpose(0, 2, 1).copy()
        return BSRMatrix(turned, narrowed(indices, len(matrix.indptr) - 1), indptr, matrix.shape[0])
    if not isinstance(matrix, CSRMatrix | CSCMatrix | COOMatrix | BitmapMatrix):
        raise TypeError(f"matrix must be a CSR, CSC, COO, BSR or bitmap matrix; got {checks.describe(matrix)}")
    rows = matrix.to_csr()
    data, indices, indptr = ops.csr_transpose(rows.data, rows.indices, rows.indptr, rows.columns)
    made = CSRMatrix(data, narrowed(indices, rows.shape[0]), indptr, rows.shape[0])
    return type(matrix).from_csr(made)
