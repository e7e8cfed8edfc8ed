"""What formats share that have no kernel of their own: decode once, then multiply in float32.

``nbytes`` counts what is stored; ``runtime_nbytes`` tells the truth about the decoded matrix.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Self

import numpy as np

from minicompress.tensors.fields import check_dense_size

__all__ = ["DecodedTensor", "spread_scale"]

if TYPE_CHECKING:
    from minicompress.tensors.base import CompressedTensor as _Base
else:
    _Base = object  # each format inherits from CompressedTensor itself, which enrols only what has a name in files


class DecodedTensor(_Base):
    """Mixed into a format that writes ``_decode``; gives it ``to_dense``, ``prepare``, products and row look-up."""

    @abstractmethod
    def _decode(self, rows: np.ndarray) -> np.ndarray:
        """Float32 rows of W at int64 ``rows`` (n,): a new array (n, in)."""

    def to_dense(self) -> np.ndarray:
        """Return the weight as a new float32 array."""
        check_dense_size(4 * self.shape[0] * self.shape[1], self.nbytes)
        return self._decode(np.arange(self.shape[0]))

    def prepare(self) -> Self:
        """Decode the matrix, once."""
        self._matrix()
        return self

    def _matrix(self) -> np.ndarray:
        matrix: np.ndarray = self._cached("matrix", self.to_dense)
        return matrix

    def _product(self, x: np.ndarray) -> np.ndarray:
        return self._matrix() @ x

    def _linear(self, x: np.ndarray) -> np.ndarray:
        return x @ self._matrix().T

    def _rows(self, indices: np.ndarray) -> np.ndarray:
        return self._decode(indices)


def spread_scale(scale: np.ndarray, rows: np.ndarray, columns: int) -> np.ndarray:
    """The scale of each weight in ``rows`` (n,), float32 (n, columns), from ``scale`` (rows or 1, groups)."""
    picked = scale[rows] if len(scale) > 1 else np.repeat(scale, len(rows), axis=0)
    return np.repeat(picked.astype(np.float32), columns // scale.shape[1], axis=1)
