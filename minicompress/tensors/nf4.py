"""NF4: 4-bit codes of 16 normal quantiles, scaled by the largest magnitude of each block of 64 weights.

    w = a_B level[c]      plain:   a_B float32                               4.5   bits a weight
                          double:  a_B = A_C dynamic[d_B] + offset           4.127 bits: 4 + 8/64 + 32/(64 * 256)

Blocks run over the matrix row after row, across the ends of rows, as in bitsandbytes; the last one may be short.
Source: Dettmers et al. 2023, arXiv:2305.14314.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.fields import check_field
from minicompress.tensors.listed import ListedTensor

__all__ = ["NF4Tensor"]

BLOCK, NEST = 64, 256


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class NF4Tensor(ListedTensor, CompressedTensor):
    """w_i = absmax_B * level[code_i], i = row * in + column, B = i // 64.

    Parameters
    ----------
    packed : (ceil(out * in / 2),) uint8
        Codes of all weights, row after row, the first of a pair in the **high** nibble.
    absmax : (blocks,) float32, or uint8 when quantized in turn
    rows, columns : int
    nested_scale : (ceil(blocks / 256),) float32, or None
        Double quantization: absmax_B = nested_scale[B // 256] * dynamic[absmax[B]] + offset.
    offset : (1,) float32, or None

    Examples
    --------
    >>> NF4Tensor(np.uint8([0xF0, 0x70]), np.float32([2]), 1, 3).to_dense()
    array([[ 2., -2.,  0.]], dtype=float32)
    """

    format: ClassVar[str] = "nf4"
    packed: np.ndarray
    absmax: np.ndarray
    rows: int
    columns: int
    nested_scale: np.ndarray | None = None
    offset: np.ndarray | None = None
    bits: ClassVar[int] = 4

    def _validate(self) -> None:
        size = checks.integer(self.rows, "rows", low=0) * checks.integer(self.columns, "columns", low=0)
        blocks = -(-size // BLOCK)
        check_field(self.packed, "packed", np.uint8, ((size + 1) // 2,))
        if self.nested_scale is None:
            check_field(self.absmax, "absmax", np.float32, (blocks,))
            if self.offset is not None:
                raise ValueError("offset needs nested_scale")
            return
        check_field(self.absmax, "absmax", np.uint8, (blocks,))
        check_field(self.nested_scale, "nested_scale", np.float32, (-(-blocks // NEST),))
        if self.offset is None:
            raise ValueError("nested_scale needs offset")
        check_field(self.offset, "offset", np.float32, (1,))

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.rows, self.columns)

    def block_absmax(self) -> np.ndarray:
        """The scale of each block: float32 (blocks,)."""
        if self.nested_scale is None or self.offset is None:
            return self.absmax
        outer = np.repeat(self.nested_scale, NEST)[: self.absmax.size]
        return ops.dynamic_levels()[self.absmax] * outer + self.offset

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        place = rows[:, None] * self.columns + np.arange(self.columns)  # of each weight in the run of all
        return ops.nf4_levels()[self._codes(place)] * self.block_absmax()[place // BLOCK]

    def _codes(self, place: np.ndarray) -> np.ndarray:
        return (self.packed[place >> 1] >> np.where(place & 1, 0, 4).astype(np.uint8)) & 15

    def _listed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        if self.columns % BLOCK:  # a block goes on in the next row
            return None
        codes = self._codes(np.arange(self.rows * self.columns)).reshape(self.shape)
        return codes, ops.nf4_levels()[None], self.block_absmax().reshape(self.rows, -1)
