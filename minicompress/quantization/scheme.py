"""The grid of a group of weights: the scale and zero point that every rounding of weights shares.

RTN, GPTQ, AWQ and AdaRound differ in which code they give a weight, never in what a code means.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.affine import choose_qparams, integer_grid
from minicompress.quantization.granularity import PerGroup
from minicompress.tensors import QuantizedTensor

__all__ = ["WeightScheme"]


@dataclasses.dataclass(frozen=True)
class WeightScheme:
    """How weights are stored: see :func:`minicompress.quantization.quantize_rtn` for the fields.

    >>> scheme = WeightScheme(4)
    >>> scheme.parameters(np.float32([[-7, 0, 7]]), 3), scheme.code_range
    ((array([[1.]], dtype=float32), array([[8]], dtype=uint8)), (1, 15))
    """

    bits: int
    symmetric: bool = True
    narrow_range: bool = True
    scale_dtype: Any = np.float32

    def __post_init__(self) -> None:
        integer_grid(self.bits, symmetric=self.symmetric, narrow_range=self.narrow_range)
        checks.one_of(np.dtype(self.scale_dtype), "scale_dtype", (np.dtype(np.float32), np.dtype(np.float16)))

    @property
    def offset(self) -> int:
        """What is added to a signed code to store it unsigned."""
        return 2 ** (self.bits - 1) if self.symmetric else 0

    @property
    def code_range(self) -> tuple[int, int]:
        """Lowest and highest stored code."""
        qmin, qmax = integer_grid(self.bits, symmetric=self.symmetric, narrow_range=self.narrow_range)
        return qmin + self.offset, qmax + self.offset

    def parameters(self, w: np.ndarray, group_size: int) -> tuple[np.ndarray, np.ndarray]:
        """Scale (of ``scale_dtype``) and zero point (uint8), both (rows, groups), that cover ``w`` (rows, in)."""
        chosen = choose_qparams(
            w,
            bits=self.bits,
            symmetric=self.symmetric,
            granularity=PerGroup(group_size),
            narrow_range=self.narrow_range,
        )
        with np.errstate(over="ignore"):
            scale = chosen.scale.astype(self.scale_dtype)
        # A rounded-down step would leave the ends of the range out of reach: the next float16 covers them.
        short = scale < chosen.scale
        scale[short] = np.nextafter(scale[short], scale.dtype.type(np.inf))
        if not np.isfinite(scale).all():
            raise ValueError(f"a scale of {chosen.scale.max():.3g} overflows float16; use scale_dtype=np.float32")
        return scale, (chosen.zero_point + self.offset).astype(np.uint8)

    def store(
        self, codes: np.ndarray, scale: np.ndarray, zero_point: np.ndarray, permutation: np.ndarray | None = None
    ) -> QuantizedTensor:
        """Pack ``codes`` (out, in); a symmetric scheme stores no zero point."""
        return QuantizedTensor.from_codes(
            codes, scale, None if self.symmetric else zero_point, bits=self.bits, input_permutation=permutation
        )
