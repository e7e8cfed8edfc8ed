"""A convolution's weight with both channel axes compressed: a small core between two thin matrices.

    W[o, i, t] = sum_ab left[o, a] core[a, b, t] right[i, b]

As three convolutions: 1x1 from in to r_in channels (right^T), the core with the kernel, 1x1 from r_out to out (left).
Stored as every convolution weight is, as the matrix (out, in * k), column i * k + t.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks
from minicompress.tensors.base import CompressedTensor

__all__ = ["TuckerMatrix"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class TuckerMatrix(CompressedTensor):
    """W (out, in * k) = left core (right (x) I_k)^T.

    Parameters
    ----------
    core : (r_out, r_in, k) float32 or float16
    left : (out, r_out), right : (in, r_in), of the core's dtype

    Examples
    --------
    >>> core, ones = np.float32([[[1, 2]]]), np.ones((2, 1), np.float32)
    >>> TuckerMatrix(core, ones, 3 * ones).to_dense()  # two inputs, two outputs, kernel [1, 2]
    array([[3., 6., 3., 6.],
           [3., 6., 3., 6.]], dtype=float32)
    """

    format: ClassVar[str] = "tucker"
    core: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def _validate(self) -> None:
        for name, array, ndim in (("core", self.core, 3), ("left", self.left, 2), ("right", self.right, 2)):
            right_kind = isinstance(array, np.ndarray) and array.dtype in (np.float32, np.float16)
            if not right_kind or array.ndim != ndim or array.size == 0:
                raise ValueError(
                    f"{name} must be float32 or float16 with {ndim} dimensions, not empty; got {checks.describe(array)}"
                )
        if (self.left.shape[1], self.right.shape[1]) != self.core.shape[:2]:
            raise ValueError(
                f"core {self.core.shape} must begin with the columns of left {self.left.shape} and of "
                f"right {self.right.shape}"
            )
        if not self.core.dtype == self.left.dtype == self.right.dtype:
            raise ValueError(f"core, left and right must have one dtype; got {self.core.dtype}, {self.left.dtype}, ...")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features), in_features = channels * kernel."""
        return (self.left.shape[0], self.right.shape[0] * self.core.shape[2])

    def to_dense(self) -> np.ndarray:
        """Return the matrix (out, in * k), summed in float64 and rounded to float32 once."""
        core, left, right = (a.astype(np.float64) for a in (self.core, self.left, self.right))
        with np.errstate(over="ignore"):  # see LowRankMatrix
            return np.einsum("oa,abt,ib->oit", left, core, right, optimize=True).reshape(self.shape).astype(np.float32)

    def prepare(self) -> TuckerMatrix:
        """Widen float16 parts to float32, which the products multiply."""
        self._float32()
        return self

    def _float32(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if self.core.dtype == np.float32:
            return self.core, self.left, self.right
        return self._cached("float32", lambda: tuple(a.astype(np.float32) for a in (self.core, self.left, self.right)))

    def _product(self, x: np.ndarray) -> np.ndarray:
        core, left, right = self._float32()
        channels, kernel = right.shape[0], core.shape[2]
        inner = right.T @ x.reshape(channels, kernel * x.shape[1])  # (r_in, k * columns)
        return left @ (core.reshape(core.shape[0], -1) @ inner.reshape(-1, x.shape[1]))
