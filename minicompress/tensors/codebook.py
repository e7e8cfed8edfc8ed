"""Shared weights: each weight is one of k values in a table, told by an index of log2(k) bits.

    w_rj = codebook[g, index_rj],   g = r // (out / groups)

Unlike a quantizer's grid the values lie where the weights are. Bits a weight: b + 32 k groups / (out * in).
Source: Han et al. 2016, arXiv:1510.00149.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.fields import check_field, check_packed
from minicompress.tensors.listed import ListedTensor

__all__ = ["CodebookTensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class CodebookTensor(ListedTensor, CompressedTensor):
    """Indices into one codebook for the tensor, or into one for each run of rows.

    Parameters
    ----------
    packed : (out, ceil(in * bits / 8)) uint8
        Indices below k, least significant bit first, each row starting on a byte.
    codebook : (groups, k) float32 or float16, k <= 2**bits
    bits, columns : int

    Examples
    --------
    >>> w = CodebookTensor.from_codebook([[0.1, 0.9, -3]], np.float32([[-2, 0, 1]]), bits=2)
    >>> w.codes, w.to_dense(), w.nbytes
    (array([[1, 2, 0]], dtype=uint8), array([[ 0.,  1., -2.]], dtype=float32), 13)
    """

    format: ClassVar[str] = "codebook"
    packed: np.ndarray
    codebook: np.ndarray
    bits: int
    columns: int

    @classmethod
    def from_codebook(cls, w: Any, codebook: np.ndarray, *, bits: int) -> CodebookTensor:
        """Give each weight of ``w`` (out, in) the index of the nearest value in its group's rising codebook row."""
        weights = checks.float_array(w, "w", ndim=2)
        check_field(codebook, "codebook", (np.float32, np.float16), (None, None))
        if codebook.shape[0] < 1 or len(weights) % codebook.shape[0]:
            raise ValueError(f"codebook has {codebook.shape[0]} groups, which do not divide {len(weights)} rows")
        if codebook.shape[1] < 1 or (np.diff(codebook.astype(np.float64), axis=1) < 0).any():
            raise ValueError("codebook must have rows of rising values")
        runs = weights.reshape(len(codebook), -1)
        near = [ops.nearest_level(run, levels.astype(np.float64)) for run, levels in zip(runs, codebook, strict=True)]
        return cls.from_codes(np.reshape(near, weights.shape), codebook, bits=bits)

    @classmethod
    def from_codes(cls, codes: Any, codebook: np.ndarray, *, bits: int) -> CodebookTensor:
        """Pack integer ``codes`` (out, in)."""
        width = checks.integer(bits, "bits", low=1, high=8)
        indices = checks.int_array(codes, "codes", ndim=2, low=0, high=2**width - 1)
        packed = ops.pack_bits(np.ascontiguousarray(indices, np.uint8), width)
        return cls(packed, codebook, width, indices.shape[1])

    def _validate(self) -> None:
        bits = checks.integer(self.bits, "bits", low=1, high=8)
        check_packed(self.packed, "packed", bits, checks.integer(self.columns, "columns", low=0))
        check_field(self.codebook, "codebook", (np.float32, np.float16), (None, None))
        groups, k = self.codebook.shape
        if groups < 1 or len(self.packed) % groups:
            raise ValueError(f"codebook has {groups} groups, which do not divide the {len(self.packed)} rows")
        if not 1 <= k <= 2**bits:
            raise ValueError(f"codebook must have 1 to {2**bits} values a group for {bits} bits; got {k}")
        if k < 2**bits:
            checks.int_array(self.codes, "packed indices", high=k - 1)

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.packed.shape[0], self.columns)

    @property
    def codes(self) -> np.ndarray:
        """The indices, unpacked: uint8 (out, in)."""
        return ops.unpack_bits(np.ascontiguousarray(self.packed), self.bits, self.columns)

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        codes = ops.unpack_bits(np.ascontiguousarray(self.packed[rows]), self.bits, self.columns)
        group = rows * len(self.codebook) // max(1, len(self.packed))
        return self.codebook.astype(np.float32)[group[:, None], codes]

    def _listed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        if self.codebook.shape[1] > 16:
            return None
        return self.codes, self.codebook.astype(np.float32), np.ones((len(self.packed), 1), np.float32)
