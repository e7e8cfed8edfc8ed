"""A weight stored as it is: the yardstick of every other format."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks
from minicompress.tensors.base import CompressedTensor

__all__ = ["DenseTensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class DenseTensor(CompressedTensor):
    """Floats of any shape, kept at 64, 32 or 16 bits each.

    Parameters
    ----------
    data : (..., ) float16, float32 or float64
        float16 halves the bytes; products are computed in float32 all the same.

    Examples
    --------
    >>> w = DenseTensor(np.eye(2, dtype=np.float16))
    >>> w.nbytes, w @ np.array([3.0, 4.0])
    (8, array([3., 4.], dtype=float32))
    """

    format: ClassVar[str] = "dense"
    data: np.ndarray

    def _validate(self) -> None:
        if not isinstance(self.data, np.ndarray) or self.data.dtype not in (np.float16, np.float32, np.float64):
            raise TypeError(f"data must be an array of float16, float32 or float64; got {checks.describe(self.data)}")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of ``data``."""
        return self.data.shape

    def to_dense(self) -> np.ndarray:
        """Return a float32 copy."""
        return self.data.astype(np.float32)

    def prepare(self) -> DenseTensor:
        """Keep a C-contiguous float32 copy where ``data`` is not one."""
        self._float32()
        return self

    def _float32(self) -> np.ndarray:
        if self.data.dtype == np.float32 and self.data.flags.c_contiguous:
            return self.data
        return self._cached("float32", lambda: np.ascontiguousarray(self.data, np.float32))

    def _product(self, x: np.ndarray) -> np.ndarray:
        return self._float32() @ x

    def _linear(self, x: np.ndarray) -> np.ndarray:
        return x @ self._float32().T

    def _rows(self, indices: np.ndarray) -> np.ndarray:
        return self.data[indices].astype(np.float32)
