"""What formats share whose weights are values of a list of at most 16, times a scale: products by look-up.

``prepare()`` keeps the codes in panels of 4 bits, however few bits are stored, the lists and the scales;
``runtime_nbytes`` counts them. Where the list changes within 16 rows, or a run of one scale across the end of a row,
the decoded matrix is kept and multiplied instead.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

import numpy as np

from minicompress import ops
from minicompress.tensors.decoded import DecodedTensor

__all__ = ["ListedTensor"]

Panels = tuple[np.ndarray, np.ndarray, np.ndarray]
_LANES = 16


class ListedTensor(DecodedTensor):
    """Mixed into a format that writes ``_decode`` and ``_listed``."""

    @abstractmethod
    def _listed(self) -> Panels | None:
        """Codes uint8 (out, in), levels (1 or lists, up to 16) and scale (out, groups); ``None``: decode instead.

        List i belongs to the i-th of equal runs of rows.
        """

    def _panels(self) -> Panels | None:
        def build() -> Panels | None:
            parts = self._listed()
            if parts is None or 0 in self.shape:
                return None
            codes, levels, scale = parts
            run = len(codes) // len(levels)
            if len(levels) > 1 and run % _LANES:
                return None
            full = np.zeros((-(-len(codes) // _LANES), _LANES), np.float32)
            first_rows = np.arange(len(full)) * _LANES
            full[:, : levels.shape[1]] = levels[first_rows // run]
            return ops.panel_codes(codes, scale.shape[1], 4), full, ops.panel_parameters(scale)

        panels: Panels | None = self._cached("panels", build)
        return panels

    def prepare(self) -> Self:
        """Lay the codes out in panels (see :mod:`minicompress.reference.codebook`), or else decode the matrix."""
        if self._panels() is None:
            super().prepare()
        return self

    def _linear(self, x: np.ndarray) -> np.ndarray:
        panels = self._panels()
        if panels is None:
            return super()._linear(x)
        y: np.ndarray = ops.codebook_linear(x, *panels, self.out_features)
        return y

    def _product(self, x: np.ndarray) -> np.ndarray:
        if self._panels() is None:
            return super()._product(x)
        return np.ascontiguousarray(self._linear(np.ascontiguousarray(x.T)).T)
