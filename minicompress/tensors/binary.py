"""One bit a weight: its sign, times a scale.  w = s (2 b - 1).  Source: Rastegari et al. 2016, arXiv:1603.05279."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.decoded import DecodedTensor, spread_scale
from minicompress.tensors.fields import check_packed, check_scale

__all__ = ["BinaryTensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class BinaryTensor(DecodedTensor, CompressedTensor):
    """w_rj = scale_rg if the bit is 1, else -scale_rg.

    Parameters
    ----------
    packed : (out, ceil(in / 8)) uint8
        Bits, least significant first, each row starting on a byte.
    scale : (out or 1, groups or 1) float32 or float16
    columns : int

    Examples
    --------
    >>> BinaryTensor(np.uint8([[0b101]]), np.float32([[0.5]]), 3).to_dense()
    array([[ 0.5, -0.5,  0.5]], dtype=float32)
    """

    format: ClassVar[str] = "binary"
    packed: np.ndarray
    scale: np.ndarray
    columns: int
    bits: ClassVar[int] = 1

    def _validate(self) -> None:
        columns = checks.integer(self.columns, "columns", low=0)
        check_packed(self.packed, "packed", 1, columns)
        check_scale(self.scale, len(self.packed), columns)

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.packed.shape[0], self.columns)

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        codes = ops.unpack_bits(np.ascontiguousarray(self.packed[rows]), 1, self.columns)
        scale = spread_scale(self.scale, rows, self.columns)
        return np.where(codes == 1, scale, -scale)
