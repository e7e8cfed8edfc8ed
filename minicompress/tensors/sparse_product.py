"""Sparse times sparse: the product of two CSR matrices, itself in CSR form."""

from __future__ import annotations

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.csr import CSRMatrix
from minicompress.tensors.sparse import narrowed

__all__ = ["sparse_product"]


def sparse_product(a: CSRMatrix, b: CSRMatrix) -> CSRMatrix:
    """Return A B, ``a`` (m, n) and ``b`` (n, k), float32; sums are kept in float64 until they are stored.

    Work grows with the products of kept values that meet, not with m n k; other formats have ``to_csr()``.

    Raises
    ------
    ValueError
        If the shapes do not fit, or an entry of the product is beyond float32.

    Examples
    --------
    >>> a = CSRMatrix.from_dense(np.float32([[0, 2], [0, 0]]))
    >>> b = CSRMatrix.from_dense(np.float32([[1, 1, 1], [0, 3, 0]]))
    >>> sparse_product(a, b).to_dense()
    array([[0., 6., 0.],
           [0., 0., 0.]], dtype=float32)
    """
    for name, matrix in (("a", a), ("b", b)):
        if not isinstance(matrix, CSRMatrix):
            raise TypeError(f"{name} must be a CSRMatrix; got {checks.describe(matrix)}")
    if a.columns != b.shape[0]:
        raise ValueError(f"a must have as many columns as b has rows; got shapes {a.shape} and {b.shape}")
    parts = ops.csr_multiply(a.data, a.indices, a.indptr, b.data, b.indices, b.indptr, b.columns)
    data, indices, indptr = parts
    if not np.isfinite(data).all():
        raise ValueError("an entry of the product is beyond the range of float32; scale a or b first")
    return CSRMatrix(data, narrowed(indices, b.columns), indptr, b.columns)
