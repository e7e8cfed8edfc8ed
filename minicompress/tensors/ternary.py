"""-1, 0 or 1 times a scale, five weights in a byte: 1.6 bits a weight.  w = s (d - 1), d a digit 0, 1, 2.

Source: Li et al. 2016, arXiv:1605.04711 (TWN); Ma et al. 2024, arXiv:2402.17764 (BitNet b1.58).
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.decoded import DecodedTensor, spread_scale
from minicompress.tensors.fields import check_field, check_scale

__all__ = ["TernaryTensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class TernaryTensor(DecodedTensor, CompressedTensor):
    """w_rj = scale_rg * (digit_rj - 1).

    Parameters
    ----------
    packed : (out, ceil(in / 5)) uint8
        Base-3 digits, five in a byte (at most 242), the first one least significant.
    scale : (out or 1, groups or 1) float32 or float16
    columns : int

    Examples
    --------
    >>> TernaryTensor(np.uint8([[2 + 3 * 0 + 9 * 1]]), np.float32([[0.5]]), 3).to_dense()
    array([[ 0.5, -0.5,  0. ]], dtype=float32)
    """

    format: ClassVar[str] = "ternary"
    packed: np.ndarray
    scale: np.ndarray
    columns: int

    def _validate(self) -> None:
        columns = checks.integer(self.columns, "columns", low=0)
        check_field(self.packed, "packed", np.uint8, (None, -(-columns // 5)))
        checks.int_array(self.packed, "packed", high=242)
        check_scale(self.scale, len(self.packed), columns)

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.packed.shape[0], self.columns)

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        digits = ops.unpack_trits(self.packed[rows], self.columns).astype(np.float32)
        return (digits - 1) * spread_scale(self.scale, rows, self.columns)
