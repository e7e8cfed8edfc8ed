"""Signed powers of two, so that a product is a shift:  w = (-1)^s 2^(top - k), or 0.

    code of b bits: sign in the highest bit, and below it 0 for 0, or k + 1 for k = 0 .. 2^(b-1) - 2

Source: Zhou et al. 2017 (INQ), arXiv:1702.03044, which uses only half of the codes of b bits.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.decoded import DecodedTensor
from minicompress.tensors.fields import check_field, check_packed

__all__ = ["PowerOfTwoTensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class PowerOfTwoTensor(DecodedTensor, CompressedTensor):
    """w_rj = 0, or plus or minus 2^(top_r - k_rj).

    Parameters
    ----------
    packed : (out, ceil(in * bits / 8)) uint8
        Codes, least significant bit first, each row starting on a byte.
    top : (out,) int16
        Exponent of the largest power in each row, at most 127.
    bits : int, 2 to 8
    columns : int

    Examples
    --------
    >>> PowerOfTwoTensor(np.uint8([[0x91, 0x02]]), np.int16([3]), 4, 3).to_dense()
    array([[ 8., -8.,  4.]], dtype=float32)
    """

    format: ClassVar[str] = "power_of_two"
    packed: np.ndarray
    top: np.ndarray
    bits: int
    columns: int

    def _validate(self) -> None:
        bits = checks.integer(self.bits, "bits", low=2, high=8)
        check_packed(self.packed, "packed", bits, checks.integer(self.columns, "columns", low=0))
        check_field(self.top, "top", np.int16, (len(self.packed),))
        checks.int_array(self.top, "top", low=-2000, high=127)

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.packed.shape[0], self.columns)

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        codes = ops.unpack_bits(np.ascontiguousarray(self.packed[rows]), self.bits, self.columns).astype(np.int32)
        below = codes % 2 ** (self.bits - 1)  # k + 1, or 0 for a weight of 0
        sign = np.where(codes >> (self.bits - 1), np.float32(-1), np.float32(1))
        return np.where(below == 0, np.float32(0), np.ldexp(sign, self.top[rows, None] + 1 - np.maximum(below, 1)))
