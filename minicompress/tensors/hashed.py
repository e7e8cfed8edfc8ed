"""HashedNets: a few real values stand at many places of a virtual matrix; a hash says which, and no index is stored.

    w_ij = sign(i, j) values[h(i, j)]         h and sign: see :mod:`minicompress.reference.hashing`

Source: Chen et al. 2015, arXiv:1504.04788.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.decoded import DecodedTensor
from minicompress.tensors.fields import check_field

__all__ = ["HashedTensor"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class HashedTensor(DecodedTensor, CompressedTensor):
    """A virtual matrix (rows, columns) on ``values``.

    Parameters
    ----------
    values : (k,) float32 or float16
    rows, columns : int
    seed : int, 0 to 2**32 - 1

    Examples
    --------
    >>> w = HashedTensor(np.float32([1, 2]), 50, 40, 7)
    >>> np.unique(np.abs(w.to_dense())), w.bits_per_weight
    (array([1., 2.], dtype=float32), 0.032)
    """

    format: ClassVar[str] = "hashed"
    values: np.ndarray
    rows: int
    columns: int
    seed: int

    def _validate(self) -> None:
        check_field(self.values, "values", (np.float32, np.float16), (None,))
        checks.integer(self.values.size, "len(values)", low=1, high=2**32 - 1)
        checks.integer(self.rows, "rows", low=0, high=2**31 - 1)
        checks.integer(self.columns, "columns", low=0, high=2**31 - 1)
        checks.integer(self.seed, "seed", low=0, high=2**32 - 1)

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return (self.rows, self.columns)

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Which value (int64) stands at each place, and its sign (float32): both (out, in)."""
        return ops.hashed_places(np.arange(self.rows), self.columns, self.values.size, self.seed)

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        index, sign = ops.hashed_places(rows, self.columns, self.values.size, self.seed)
        return self.values.astype(np.float32)[index] * sign
