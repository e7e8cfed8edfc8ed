"""Affine-quantized weights: packed codes, and a scale (and zero point) for each run of ``group_size`` inputs.

row r of W      [ group 0 ........ ][ group 1 ........ ] ...
packed[r]       codes of b bits, end to end
scale[r]        [ s_r0              ][ s_r1              ] ...
w = s (code - z),  z = 2**(b-1) where no zero point is stored (symmetric)
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor

__all__ = ["QuantizedTensor"]

_INT32_INPUTS = 33_000  # the group size up to which 255 * 127 sums stay within int32, with room for z * sum(q)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class QuantizedTensor(CompressedTensor):
    """Integers of 1 to 8 bits with scales: w_rj = scale_rg (code_rj - z_rg) * input_scale_j.

    Parameters
    ----------
    packed : (out, ceil(in * bits / 8)) uint8
        Codes 0 .. 2**bits - 1, least significant bit first, each row starting on a byte.
    scale : (out or 1, groups or 1) float32 or float16
        Step of each group, in units of the weight; (1, 1) is per tensor, (out, 1) per output row.
    bits, columns : int
        Width of a code; number of columns (the packed bytes alone do not tell).
    zero_point : same shape as ``scale``, uint8, or None
        The code that means 0; None means 2**(bits - 1) everywhere, and costs no byte.
    input_scale : (in,) float32 or None
        A factor for each input column (AWQ stores the inverse of its scale here).
    input_permutation : (in,) int32 or None
        Column j of the codes belongs to column ``input_permutation[j]`` of W (act-order).

    Examples
    --------
    >>> from minicompress.quantization import quantize_rtn
    >>> w = quantize_rtn(np.float32([[-7, 0, 3.4, 7]]), bits=4)
    >>> w.codes, w.nbytes
    (array([[ 1,  8, 11, 15]], dtype=uint8), 6)
    """

    format: ClassVar[str] = "quantized"
    packed: np.ndarray
    scale: np.ndarray
    bits: int
    columns: int
    zero_point: np.ndarray | None = None
    input_scale: np.ndarray | None = None
    input_permutation: np.ndarray | None = None

    @classmethod
    def from_codes(
        cls,
        codes: np.ndarray,
        scale: np.ndarray,
        zero_point: np.ndarray | None,
        *,
        bits: int,
        input_scale: np.ndarray | None = None,
        input_permutation: np.ndarray | None = None,
    ) -> QuantizedTensor:
        """Pack uint8 ``codes`` (out, in) and keep the rest as it is."""
        bits = checks.integer(bits, "bits", low=1, high=8)
        codes = checks.int_array(codes, "codes", ndim=2, low=0, high=2**bits - 1)
        packed = ops.pack_bits(np.ascontiguousarray(codes, np.uint8), bits)
        return cls(packed, scale, bits, codes.shape[1], zero_point, input_scale, input_permutation)

    def _validate(self) -> None:
        bits = checks.integer(self.bits, "bits", low=1, high=8)
        columns = checks.integer(self.columns, "columns", low=0)
        _expect(self.packed, "packed", np.uint8, 2)
        rows, row_bytes = self.packed.shape
        if row_bytes != (columns * bits + 7) // 8:
            raise ValueError(
                f"packed must hold {(columns * bits + 7) // 8} bytes a row for {columns} codes of {bits} bits; "
                f"got {row_bytes}"
            )
        right = isinstance(self.scale, np.ndarray) and self.scale.dtype in (np.float32, np.float16)
        if not right or self.scale.ndim != 2:
            raise TypeError(f"scale must be a float32 or float16 matrix; got {checks.describe(self.scale)}")
        if self.scale.shape[0] not in (1, rows):
            raise ValueError(f"scale must have 1 or {rows} rows; got {checks.describe(self.scale)}")
        groups = self.scale.shape[1]
        if groups < 1 or columns % groups:
            raise ValueError(f"scale has {groups} groups, which do not divide the {columns} columns")
        if not np.isfinite(self.scale).all():
            raise ValueError("scale holds a value that is not finite")
        if self.zero_point is not None:
            _expect(self.zero_point, "zero_point", np.uint8, 2, self.scale.shape)
        if self.input_scale is not None:
            _expect(self.input_scale, "input_scale", np.float32, 1, (columns,))
        if self.input_permutation is not None:
            _expect(self.input_permutation, "input_permutation", np.int32, 1, (columns,))
            if not np.array_equal(np.sort(self.input_permutation), np.arange(columns)):
                raise ValueError(f"input_permutation must hold each of 0 .. {columns - 1} once")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.packed.shape[0], self.columns)

    @property
    def group_size(self) -> int:
        """Inputs that share one scale."""
        return self.columns // self.scale.shape[1]

    @property
    def codes(self) -> np.ndarray:
        """The codes, unpacked: uint8 (out, in)."""
        return ops.unpack_bits(np.ascontiguousarray(self.packed), self.bits, self.columns)

    def full_parameters(self) -> tuple[np.ndarray, np.ndarray]:
        """Scale float32 and zero point uint8, both (out, groups), whatever is stored."""
        shape = (self.out_features, self.scale.shape[1])
        scale = np.ascontiguousarray(np.broadcast_to(self.scale, shape), np.float32)
        if self.zero_point is None:
            return scale, np.full(shape, 2 ** (self.bits - 1), np.uint8)
        return scale, np.ascontiguousarray(np.broadcast_to(self.zero_point, shape))

    def to_dense(self) -> np.ndarray:
        """Return float32 weights, columns in their original order, input scale applied."""
        if self.columns == 0:
            return np.zeros(self.shape, np.float32)
        return self._original_columns(ops.affine_dequantize(self.codes, *self.full_parameters()))

    def _original_columns(self, w: np.ndarray) -> np.ndarray:
        if self.input_permutation is not None:
            ordered = np.empty_like(w)
            ordered[:, self.input_permutation] = w
            w = ordered
        return w if self.input_scale is None else w * self.input_scale

    def prepare(self) -> QuantizedTensor:
        """Lay the codes out in panels of 16 rows (see :mod:`minicompress.reference.quantized`)."""
        self._panels()
        return self

    def _panels(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
        def build() -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
            scale, zero_point = self.full_parameters()
            width = 4 if self.bits <= 4 else 8
            panels = ops.panel_codes(self.codes, scale.shape[1], width)
            return panels, ops.panel_parameters(scale), ops.panel_parameters(zero_point), width

        return self._cached("panels", build)

    def _code_order(self, x: np.ndarray) -> np.ndarray:
        if self.input_scale is not None:
            x = x * self.input_scale
        return x if self.input_permutation is None else np.ascontiguousarray(x[:, self.input_permutation])

    def _linear(self, x: np.ndarray) -> np.ndarray:
        panels, scale, zero_point, width = self._panels()
        return ops.affine_linear(self._code_order(x), panels, scale, zero_point, width, self.out_features)

    def _linear_int8(self, x: np.ndarray) -> np.ndarray:
        if self.group_size > _INT32_INPUTS:
            return super()._linear_int8(x)
        panels, scale, zero_point, width = self._panels()
        q, q_scale = ops.quantize_rows(self._code_order(x))
        return ops.affine_linear_int8(q, q_scale, panels, scale, zero_point, width, self.out_features)

    def _product(self, x: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(self._linear(np.ascontiguousarray(x.T)).T)

    def _rows(self, indices: np.ndarray) -> np.ndarray:
        scale, zero_point = self._cached("parameters", self.full_parameters)
        codes = ops.unpack_bits(np.ascontiguousarray(self.packed[indices]), self.bits, self.columns)
        return self._original_columns(ops.affine_dequantize(codes, scale[indices], zero_point[indices]))


def _expect(
    array: np.ndarray, name: str, dtype: type[np.generic], ndim: int, shape: tuple[int, ...] | None = None
) -> None:
    right = isinstance(array, np.ndarray) and array.dtype == dtype and array.ndim == ndim
    if not right or (shape is not None and array.shape != shape):
        size = f"shape {shape}" if shape is not None else f"{ndim} dimension(s)"
        raise ValueError(f"{name} must be {np.dtype(dtype)} with {size}; got {checks.describe(array)}")
