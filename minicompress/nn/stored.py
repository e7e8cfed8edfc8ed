"""What a layer asks of a compressed weight that stands in for a parameter."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class StoredWeight(Protocol):
    """The part of ``minicompress.tensors.CompressedTensor`` that layers call."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the matrix that is stored."""

    def linear(self, x: Any, bias: Any = None, *, activation_bits: int | None = None) -> np.ndarray:
        """Return ``x W' + bias`` for ``x`` of shape (..., in_features)."""

    def take_rows(self, indices: Any) -> np.ndarray:
        """Return the rows ``W[indices]``."""

    def to_dense(self) -> np.ndarray:
        """Return the whole matrix."""
