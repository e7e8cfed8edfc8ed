"""What the sparse formats share: how many values they keep, checks of untrusted structure, and products through CSR.

The kernels multiply CSR triples. A format whose own arrays are none builds one at the first product, or in
``prepare()``, and reports it in ``runtime_nbytes``; what it *stores* stays its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor

__all__ = ["SparseMatrix", "checked_mask", "checked_starts", "checked_vector", "narrowed"]

#: Values float32, columns, and row starts.
Triple = tuple[np.ndarray, np.ndarray, np.ndarray]


class SparseMatrix(CompressedTensor, ABC):
    """A stored matrix that keeps the values in ``data``, float32 or float16, and where they stand."""

    data: np.ndarray

    @abstractmethod
    def _csr(self) -> Triple:
        """The CSR triple, values in float32; a format caches what of it is not among its stored arrays."""

    @property
    def nnz(self) -> int:
        """Number of stored values; zeros that a format must store (in blocks, in groups) are counted."""
        return self.data.size

    @property
    def sparsity(self) -> float:
        """Share of values that are not stored, 0 to 1."""
        return 1 - self.nnz / max(1, self.shape[0] * self.shape[1])

    def prepare(self) -> Self:
        """Build what the kernels multiply, where it is not stored so."""
        self._csr()
        return self

    def _float32(self) -> np.ndarray:
        if self.data.dtype == np.float32:
            return self.data
        return self._cached("float32", lambda: self.data.astype(np.float32))

    def _product(self, x: np.ndarray) -> np.ndarray:
        return ops.csr_matmul(*self._csr(), x)


def checked_vector(array: Any, name: str, dtypes: tuple[type[np.generic], ...], ndim: int = 1) -> np.ndarray:
    """Return ``array`` if it has ``ndim`` dimensions and one of ``dtypes``, and holds no NaN or infinity."""
    if not isinstance(array, np.ndarray) or array.ndim != ndim or array.dtype not in dtypes:
        kind = {1: "a vector", 2: "a matrix"}.get(ndim, f"an array of {ndim} dimensions")
        names = " or ".join(str(np.dtype(d)) for d in dtypes)
        raise ValueError(f"{name} must be {kind} of {names}; got {checks.describe(array)}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} holds a value that is not finite")
    return array


def checked_starts(indices: Any, indptr: Any, nnz: int, size: int, run: str = "row") -> None:
    """Raise unless ``indptr`` cuts ``nnz`` entries into runs, and ``indices`` below ``size`` rise within each."""
    checked_vector(indices, "indices", (np.uint16, np.int32))
    checked_vector(indptr, "indptr", (np.int64,))
    if indices.shape[0] != nnz:
        raise ValueError(f"indices must be as long as data ({nnz}); got {indices.shape[0]}")
    if indptr.shape[0] < 1 or indptr[0] != 0 or indptr[-1] != nnz:
        raise ValueError(f"indptr must start at 0 and end at nnz = {nnz}; got {checks.describe(indptr)}")
    if (indptr[1:] < indptr[:-1]).any():
        raise ValueError(f"indptr must not fall; it does at {run} {int(np.argmax(indptr[1:] < indptr[:-1]))}")
    checks.int_array(indices, "indices", low=0, high=size - 1)
    # The first entry of a run may follow anything.
    rises = indices[1:].astype(np.int64) > indices[:-1]
    starts = indptr[1:-1]
    rises[starts[(starts > 0) & (starts < nnz)] - 1] = True
    if not rises.all():
        raise ValueError(f"indices must rise within each {run}; they do not at position {int(np.argmin(rises)) + 1}")


def checked_mask(mask: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return ``mask`` if it is a boolean array of that shape."""
    if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != shape:
        raise ValueError(f"mask must be a boolean array of shape {shape}; got {checks.describe(mask)}")
    return mask


def narrowed(indices: np.ndarray, size: int) -> np.ndarray:
    """Return ``indices`` below ``size`` as uint16 where that can hold them, else as int32."""
    return indices.astype(np.uint16 if size <= 2**16 else np.int32)
