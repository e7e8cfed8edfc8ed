"""NVFP4: blocks of 16 E2M1 floats with an E4M3 scale each, and one float32 scale for the tensor.

    w = s v_e4m3(b) v_e2m1(c)        4.5 bits a weight

Against MXFP4 the blocks are half as long and their scales are not rounded to powers of two; the tensor's scale brings
the block scales into E4M3's narrow range. Source: NVIDIA Transformer Engine and TensorRT documentation, 2025.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.decoded import DecodedTensor
from minicompress.tensors.fields import check_field, check_packed

__all__ = ["NVFP4Tensor"]

BLOCK = 16


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class NVFP4Tensor(DecodedTensor, CompressedTensor):
    """w_rj = global_scale * e4m3(block_scale_rg) * e2m1(code_rj), g = j // 16.

    Parameters
    ----------
    packed : (out, ceil(in / 2)) uint8
        E2M1 codes, the even column in the low nibble.
    block_scale : (out, ceil(in / 16)) uint8
        E4M3 codes of numbers that are not negative.
    global_scale : (1,) float32
    columns : int

    Examples
    --------
    >>> NVFP4Tensor(np.uint8([[0xF7]]), np.uint8([[64]]), np.float32([0.5]), 2).to_dense()
    array([[ 6., -6.]], dtype=float32)
    """

    format: ClassVar[str] = "nvfp4"
    packed: np.ndarray
    block_scale: np.ndarray
    global_scale: np.ndarray
    columns: int
    bits: ClassVar[int] = 4

    def _validate(self) -> None:
        columns = checks.integer(self.columns, "columns", low=0)
        check_packed(self.packed, "packed", 4, columns)
        check_field(self.block_scale, "block_scale", np.uint8, (len(self.packed), -(-columns // BLOCK)))
        checks.int_array(self.block_scale, "block_scale", low=0, high=126)
        check_field(self.global_scale, "global_scale", np.float32, (1,))
        if abs(float(self.global_scale[0])) * 448 * 6 > float(np.finfo(np.float32).max):
            raise ValueError(f"global_scale takes weights beyond float32: {self.global_scale[0]}")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.packed.shape[0], self.columns)

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        codes = ops.unpack_bits(np.ascontiguousarray(self.packed[rows]), 4, self.columns)
        scale = ops.float_values(self.block_scale[rows], "e4m3") * self.global_scale
        return ops.float_values(codes, "e2m1") * np.repeat(scale, BLOCK, axis=1)[:, : self.columns]
