"""A sparse matrix in few bits: gaps between kept places, and indices into a codebook. Deep Compression's own format.

    gaps    index_bits each: zeros before an entry, counted over the rows laid end to end; too long a gap is
            broken by a filler, an entry of value 0
    packed  bits each: which value of the codebook an entry has

Source: Han et al. 2016, arXiv:1510.00149.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.fields import check_dense_size, check_field

__all__ = ["RelativeSparseTensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class RelativeSparseTensor(CompressedTensor):
    """Kept weights by relative index and shared value.

    Parameters
    ----------
    gaps : (1, ceil(entries * index_bits / 8)) uint8
    packed : (1, ceil(entries * bits / 8)) uint8
    codebook : (k,) float32 or float16, k <= 2**bits
    index_bits, bits, entries, rows, columns : int

    Examples
    --------
    >>> w = RelativeSparseTensor.from_codes(np.array([1, 5]), np.array([0, 1]), np.float32([3, -4, 0]), (2, 3), bits=2)
    >>> w.to_dense()
    array([[ 0.,  3.,  0.],
           [ 0.,  0., -4.]], dtype=float32)
    """

    format: ClassVar[str] = "relative"
    gaps: np.ndarray
    packed: np.ndarray
    codebook: np.ndarray
    index_bits: int
    bits: int
    entries: int
    rows: int
    columns: int

    @classmethod
    def from_codes(
        cls,
        positions: Any,
        codes: Any,
        codebook: np.ndarray,
        shape: tuple[int, int],
        *,
        bits: int,
        index_bits: int = 5,
    ) -> RelativeSparseTensor:
        """Store ``codebook[codes]`` at rising flat ``positions``; fillers take the code of the codebook's value 0."""
        rows, columns = shape
        places = checks.int_array(positions, "positions", ndim=1, low=0, high=rows * columns - 1).astype(np.int64)
        if (np.diff(places) <= 0).any():
            raise ValueError("positions must rise")
        indices = checks.int_array(codes, "codes", ndim=1, low=0, high=len(codebook) - 1)
        gaps, is_filler = ops.relative_gaps(places, checks.integer(index_bits, "index_bits", low=1, high=8))
        zero = np.flatnonzero(codebook == 0)
        if is_filler.any() and not zero.size:
            raise ValueError("codebook must hold the value 0 for fillers")
        stored = np.zeros(gaps.size, np.uint8)
        stored[is_filler] = zero[0] if zero.size else 0
        stored[~is_filler] = indices
        packed = _pack(stored, checks.integer(bits, "bits", low=1, high=8))
        return cls(_pack(gaps, index_bits), packed, codebook, index_bits, bits, gaps.size, rows, columns)

    def _validate(self) -> None:
        for name in ("entries", "rows", "columns"):
            checks.integer(getattr(self, name), name, low=0)
        for name, bits in (("gaps", self.index_bits), ("packed", self.bits)):
            width = checks.integer(bits, "index_bits" if name == "gaps" else "bits", low=1, high=8)
            check_field(getattr(self, name), name, np.uint8, (1, (self.entries * width + 7) // 8))
        check_field(self.codebook, "codebook", (np.float32, np.float16), (None,))
        positions, codes = self._entries()
        if self.entries and positions[-1] >= self.rows * self.columns:
            raise ValueError(f"gaps reach place {positions[-1]} of a matrix with {self.rows * self.columns}")
        checks.int_array(codes, "packed indices", high=self.codebook.size - 1)

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.rows, self.columns)

    def _entries(self) -> tuple[np.ndarray, np.ndarray]:
        """Flat position (int64) and code (uint8) of every entry, fillers included."""
        gaps, codes = (_unpack(a, b, self.entries) for a, b in ((self.gaps, self.index_bits), (self.packed, self.bits)))
        return ops.relative_positions(gaps), codes

    def _csr(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        positions, codes = self._entries()
        data = self.codebook.astype(np.float32)[codes]
        places, kept = positions[data != 0], data[data != 0]
        indptr = np.searchsorted(places, np.arange(self.rows + 1) * self.columns)
        return kept, (places % max(1, self.columns)).astype(np.int32), indptr.astype(np.int64)

    def to_dense(self) -> np.ndarray:
        """Return the float32 matrix with its zeros."""
        check_dense_size(4 * self.shape[0] * self.shape[1], self.nbytes)
        return ops.csr_to_dense(*self._csr(), self.columns)

    def prepare(self) -> RelativeSparseTensor:
        """Lay the entries out as compressed sparse rows, which the kernels multiply."""
        self._cached("csr", self._csr)
        return self

    def _product(self, x: np.ndarray) -> np.ndarray:
        return ops.csr_matmul(*self._cached("csr", self._csr), x)


def _pack(codes: np.ndarray, bits: int) -> np.ndarray:
    return ops.pack_bits(codes[None], bits) if codes.size else np.zeros((1, 0), np.uint8)


def _unpack(packed: np.ndarray, bits: int, count: int) -> np.ndarray:
    return ops.unpack_bits(np.ascontiguousarray(packed), bits, count)[0] if count else np.zeros(0, np.uint8)
