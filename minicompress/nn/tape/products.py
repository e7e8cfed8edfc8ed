"""Matrix products, single and in batches."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minicompress.nn.tape.arithmetic import Arithmetic, to_input


class Products(Arithmetic):
    """``a @ b`` over the last two axes; the axes before them broadcast."""

    __slots__ = ()

    def __matmul__(self, other: Any) -> Self:
        """``Y = A B``: ``dL/dA = dL/dY B'`` and ``dL/dB = A' dL/dY``. Shapes (..., m, k) and (..., k, n)."""
        a, b = self.data, self._values(other)
        _check_product(a, b)
        return self.record(
            a @ b,
            to_input(self, lambda g: g @ b.swapaxes(-1, -2)),
            to_input(other, lambda g: a.swapaxes(-1, -2) @ g),
        )

    def __rmatmul__(self, other: Any) -> Self:
        """``B A`` for a constant ``B``."""
        a, b = self.data, self._values(other)
        _check_product(b, a)
        return self.record(b @ a, to_input(self, lambda g: b.swapaxes(-1, -2) @ g))


def _check_product(a: Any, b: Any) -> None:
    if np.ndim(a) < 2 or np.ndim(b) < 2 or a.shape[-1] != b.shape[-2]:
        raise ValueError(f"a @ b needs shapes (..., m, k) and (..., k, n); got {np.shape(a)} and {np.shape(b)}")
