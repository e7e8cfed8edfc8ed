"""Microscaling (MX): blocks of 32 small floats that share one power of two, stored in 8 bits.

    w = 2^(e - 127) v       e: E8M0, one for 32 inputs of a row;   v: E2M1 (MXFP4), E4M3 or E5M2 (MXFP8)

4.25 or 8.25 bits a weight. A row's last block may be short. Source: OCP Microscaling Formats (MX) 1.0, 2023;
Rouhani et al. 2023, arXiv:2310.10537.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.decoded import DecodedTensor
from minicompress.tensors.fields import check_field, check_packed

__all__ = ["MXTensor"]

BLOCK = 32


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class MXTensor(DecodedTensor, CompressedTensor):
    """w_rj = 2^(exponents_rg - 127) * value(code_rj), g = j // 32.

    Parameters
    ----------
    packed : (out, ceil(in * bits / 8)) uint8
        Codes of 4 bits (E2M1, the even column in the low nibble) or 8.
    exponents : (out, ceil(in / 32)) uint8
        E8M0. 255 is NaN and refused, and so is an exponent that takes the largest element beyond float32.
    element : "e2m1", "e4m3" or "e5m2"
    columns : int

    Examples
    --------
    >>> MXTensor(np.uint8([[0x72, 0x09]]), np.uint8([[128]]), "e2m1", 3).to_dense()
    array([[ 2., 12., -1.]], dtype=float32)
    """

    format: ClassVar[str] = "mx"
    packed: np.ndarray
    exponents: np.ndarray
    element: str
    columns: int

    def _validate(self) -> None:
        columns = checks.integer(self.columns, "columns", low=0)
        checks.one_of(self.element, "element", ("e2m1", "e4m3", "e5m2"))
        check_packed(self.packed, "packed", self.bits, columns)
        check_field(self.exponents, "exponents", np.uint8, (len(self.packed), -(-columns // BLOCK)))
        top = 254 - int(ops.float_exponent(np.array(ops.float_largest(self.element))))
        checks.int_array(self.exponents, "exponents", low=0, high=top)
        if not np.isfinite(ops.float_values(self._codes(self.packed), self.element)).all():
            raise ValueError("packed holds a NaN or an infinity")

    @property
    def bits(self) -> int:
        """Width of a code."""
        return 4 if self.element == "e2m1" else 8

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.packed.shape[0], self.columns)

    def _codes(self, packed: np.ndarray) -> np.ndarray:
        return ops.unpack_bits(np.ascontiguousarray(packed), self.bits, self.columns)

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        values = ops.float_values(self._codes(self.packed[rows]), self.element)
        exponents = self.exponents[rows].astype(np.int32) - 127
        return np.ldexp(values, np.repeat(exponents, BLOCK, axis=1)[:, : self.columns])
