"""Product quantization: a row is cut into m pieces, and each piece is one of k vectors of its own codebook.

    w_r = [codebook[0, c_r0], codebook[1, c_r1], .., codebook[m-1, c_r(m-1)]]        k^m different rows

Bits a weight: b / d + 32 k / out, with pieces of d = in / m weights. Source: Jegou et al. 2011; Stock et al. 2020,
arXiv:1907.05686.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.decoded import DecodedTensor
from minicompress.tensors.fields import check_field, check_packed

__all__ = ["ProductQuantizedTensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ProductQuantizedTensor(DecodedTensor, CompressedTensor):
    """Rows put together from codebook vectors.

    Parameters
    ----------
    packed : (out, ceil(m * bits / 8)) uint8
        Indices below k, least significant bit first, each row starting on a byte.
    codebook : (m, k, d) float32 or float16, k <= 2**bits
    bits : int, 1 to 8

    Examples
    --------
    >>> book = np.float32([[[0, 0], [1, 1]], [[5, 6], [7, 8]]])
    >>> ProductQuantizedTensor(np.uint8([[0b01], [0b10]]), book, 1).to_dense()
    array([[1., 1., 5., 6.],
           [0., 0., 7., 8.]], dtype=float32)
    """

    format: ClassVar[str] = "product"
    packed: np.ndarray
    codebook: np.ndarray
    bits: int

    def _validate(self) -> None:
        bits = checks.integer(self.bits, "bits", low=1, high=8)
        check_field(self.codebook, "codebook", (np.float32, np.float16), (None, None, None))
        m, k, _ = self.codebook.shape
        check_packed(self.packed, "packed", bits, m)
        if not 1 <= k <= 2**bits:
            raise ValueError(f"codebook must have 1 to {2**bits} vectors a piece for {bits} bits; got {k}")
        checks.int_array(self.codes, "packed indices", high=k - 1)

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.packed.shape[0], self.codebook.shape[0] * self.codebook.shape[2])

    @property
    def codes(self) -> np.ndarray:
        """The indices, unpacked: uint8 (out, m)."""
        return ops.unpack_bits(np.ascontiguousarray(self.packed), self.bits, self.codebook.shape[0])

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        m = self.codebook.shape[0]
        codes = ops.unpack_bits(np.ascontiguousarray(self.packed[rows]), self.bits, m)
        pieces = self.codebook[np.arange(m), codes]  # (n, m, d)
        return pieces.astype(np.float32).reshape(len(rows), self.shape[1])
