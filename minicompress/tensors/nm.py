"""N:M sparsity: N values of every M neighbours, each with its place among them in ceil(log2 M) bits.

At 2:4 two places take 4 bits: float16 values at 2:4 cost 9 bits a weight, 9/16 of dense. Places are packed as in
:mod:`minicompress.reference.packing`, low bits first; at 2:4 a nibble is ``first | second << 2``, as in the metadata
of sparse tensor cores before it is reordered for them. Source: Mishra et al. 2021, arXiv:2104.08378.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Self

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.csr import CSRMatrix
from minicompress.tensors.sparse import SparseMatrix, Triple, checked_vector, narrowed

__all__ = ["NMSparseMatrix"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class NMSparseMatrix(SparseMatrix):
    """Exactly ``n`` stored values in each group of ``m`` neighbours of a row; some of them may be 0.

    Parameters
    ----------
    data : (out, in / m * n) float32 or float16
        Values, group after group, in the order of their places.
    packed : (out, ceil(in / m * n * b / 8)) uint8
        Places 0 .. m - 1, rising within a group, of b = ceil(log2 m) bits each.
    n, m : int
        1 <= n <= m, 2 <= m <= 256.
    columns : int
        in_features, a multiple of m.

    Examples
    --------
    >>> w = NMSparseMatrix.from_dense(np.float32([[0, 5, 0, 8, 0, 0, 7, 0]]), n=2, m=4)
    >>> w.data, w.places.tolist(), w.nbytes  # the second group had one value: a 0 fills up
    (array([[5., 8., 0., 7.]], dtype=float32), [[[1, 3], [0, 2]]], 17)
    """

    format: ClassVar[str] = "nm"
    data: np.ndarray
    packed: np.ndarray
    n: int
    m: int
    columns: int

    @classmethod
    def from_dense(cls, w: Any, mask: np.ndarray | None = None, *, n: int, m: int) -> NMSparseMatrix:
        """Store ``w`` (out, in), whose groups hold at most ``n`` entries that are not 0 (and kept by ``mask``)."""
        return cls.from_csr(CSRMatrix.from_dense(w, mask), n=n, m=m)

    @classmethod
    def from_csr(cls, matrix: CSRMatrix, *, n: int, m: int) -> NMSparseMatrix:
        """Store a CSR matrix; a group of fewer than ``n`` entries is filled up with zeros at its first free places."""
        width = checks.integer(m, "m", low=2, high=256)
        kept = checks.integer(n, "n", low=1, high=width)
        rows, columns = matrix.shape
        if columns % width:
            raise ValueError(f"m = {width} must divide in_features = {columns}")
        dense = matrix.to_dense().reshape(rows, columns // width, width)
        taken = dense != 0
        if (taken.sum(axis=2) > kept).any():
            row, group = (int(i) for i in np.argwhere(taken.sum(axis=2) > kept)[0])
            raise ValueError(
                f"row {row} has {int(taken[row, group].sum())} entries in columns {group * width} to "
                f"{group * width + width - 1}; {kept}:{width} holds {kept}: prune with nm_mask first"
            )
        places = np.sort(np.argsort(~taken, axis=2, kind="stable")[:, :, :kept], axis=2)
        stored = (rows, columns // width * kept)
        values = np.take_along_axis(dense, places, axis=2).reshape(stored).astype(matrix.data.dtype)
        codes = places.astype(np.uint8).reshape(stored)
        return cls(values, ops.pack_bits(codes, (width - 1).bit_length()), kept, width, columns)

    def to_csr(self) -> CSRMatrix:
        """Keep the entries that are not 0."""
        made = CSRMatrix.from_dense(self.to_dense())
        return CSRMatrix(made.data.astype(self.data.dtype), made.indices, made.indptr, made.columns)

    def _validate(self) -> None:
        m = checks.integer(self.m, "m", low=2, high=256)
        n = checks.integer(self.n, "n", low=1, high=m)
        columns = checks.integer(self.columns, "columns", low=0, high=2**31 - 1)
        if columns % m:
            raise ValueError(f"columns must be a multiple of m = {m}; got {columns}")
        data = checked_vector(self.data, "data", (np.float32, np.float16), ndim=2)
        packed = checked_vector(self.packed, "packed", (np.uint8,), ndim=2)
        stored = columns // m * n
        if data.shape[1] != stored:
            raise ValueError(f"data must have {stored} columns, {n} of each {m} in {columns}; got {data.shape[1]}")
        wanted = (data.shape[0], -(-stored * (m - 1).bit_length() // 8))
        if packed.shape != wanted:
            raise ValueError(f"packed must have shape {wanted}; got {packed.shape}")
        places = self.places
        if places.size and (int(places.max()) >= m or (places[:, :, 1:] <= places[:, :, :-1]).any()):
            raise ValueError(f"places must be below m = {m} and rise within each group")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.data.shape[0], self.columns)

    @property
    def places(self) -> np.ndarray:
        """Place of each value in its group: uint8 (out, in / m, n)."""
        bits = (self.m - 1).bit_length()
        codes = ops.unpack_bits(self.packed, bits, self.data.shape[1])
        return codes.reshape(len(codes), self.columns // self.m, self.n)

    def to_dense(self) -> np.ndarray:
        """Return the float32 matrix with its zeros."""
        dense = np.zeros((self.shape[0], self.columns // self.m, self.m), np.float32)
        np.put_along_axis(dense, self.places.astype(np.int64), self.data.reshape(self.places.shape), axis=2)
        return dense.reshape(self.shape)

    def _csr(self) -> Triple:
        indptr = np.arange(self.shape[0] + 1, dtype=np.int64) * self.data.shape[1]
        return self._float32().reshape(-1), self._columns().reshape(-1), indptr

    def _columns(self) -> np.ndarray:
        """Column of each value: (out, in / m * n)."""

        def build() -> np.ndarray:
            groups = np.arange(self.columns // self.m)[:, None] * self.m
            return narrowed((groups + self.places).reshape(self.data.shape), self.columns)

        columns: np.ndarray = self._cached("columns", build)
        return columns

    def prepare(self) -> Self:
        """Lay the values out by blocks of inputs, for many activations, and name their columns, for few."""
        self._blocks()
        return super().prepare()

    def _blocks(self) -> tuple[np.ndarray, np.ndarray]:
        def build() -> tuple[np.ndarray, np.ndarray]:
            return ops.nm_blocks(self._float32().reshape(self.places.shape), self.places, self.m)

        blocks: tuple[np.ndarray, np.ndarray] = self._cached("blocks", build)
        return blocks

    def _product(self, x: np.ndarray) -> np.ndarray:
        if x.shape[1] < 16:
            return super()._product(x)
        y: np.ndarray = ops.nm_matmul(*self._blocks(), self.n, self.m, x)
        return y
