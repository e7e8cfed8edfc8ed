"""Weights as 8-bit floats with scales: w = s v, v one of the values of E4M3 or E5M2.

A float spaces its values more widely the larger they are: a relative error of 2^-4 (E4M3) or 2^-3 (E5M2) at most,
where an integer has an absolute one. Source: Micikevicius et al. 2022, arXiv:2209.05433.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.decoded import DecodedTensor, spread_scale
from minicompress.tensors.fields import check_field, check_scale

__all__ = ["FP8Tensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class FP8Tensor(DecodedTensor, CompressedTensor):
    """w_rj = scale_rg * value(codes_rj).

    Parameters
    ----------
    codes : (out, in) uint8
        Codes of ``element``; none of them NaN or infinity.
    scale : (out or 1, groups or 1) float32 or float16
    element : "e4m3" or "e5m2"

    Examples
    --------
    >>> FP8Tensor(np.uint8([[126, 0, 128 + 56]]), np.float32([[0.5]]), "e4m3").to_dense()
    array([[224. ,   0. ,  -0.5]], dtype=float32)
    """

    format: ClassVar[str] = "fp8"
    codes: np.ndarray
    scale: np.ndarray
    element: str

    def _validate(self) -> None:
        checks.one_of(self.element, "element", ("e4m3", "e5m2"))
        check_field(self.codes, "codes", np.uint8, (None, None))
        check_scale(self.scale, *self.codes.shape, largest=ops.float_largest(self.element))
        if not np.isfinite(ops.float_values(self.codes, self.element)).all():
            raise ValueError("codes holds a NaN or an infinity")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return self.codes.shape

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        return ops.float_values(self.codes[rows], self.element) * spread_scale(self.scale, rows, self.shape[1])
