"""Twin of :mod:`minicompress.reference.sparse`: rows in parallel, each thread given equal numbers of kept values.

A row of the result stays in cache while the row's values stream by once: y_i += w_ij x_j, one fused multiply-add per
kept value and column of x.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from minicompress.kernels.compiler import kernel

__all__ = ["csr_matmul"]

_CHUNKS = 64  # more than the threads, so that a chunk of heavy rows does not leave the others idle


@kernel(parallel=True, fastmath={"reassoc", "contract", "nsz"})
def _matvec(data, indices, indptr, x, cuts):  # type: ignore[no-untyped-def]
    y = np.empty(indptr.shape[0] - 1, np.float32)
    for chunk in prange(cuts.shape[0] - 1):
        for i in range(cuts[chunk], cuts[chunk + 1]):
            total = np.float32(0)
            for p in range(indptr[i], indptr[i + 1]):
                total += data[p] * x[indices[p]]
            y[i] = total
    return y


@kernel(parallel=True, fastmath={"contract"})
def _matmat(data, indices, indptr, x, cuts):  # type: ignore[no-untyped-def]
    width = x.shape[1]
    y = np.zeros((indptr.shape[0] - 1, width), np.float32)
    for chunk in prange(cuts.shape[0] - 1):
        for i in range(cuts[chunk], cuts[chunk + 1]):
            for p in range(indptr[i], indptr[i + 1]):
                value = data[p]
                j = indices[p]
                for c in range(width):
                    y[i, c] += value * x[j, c]
    return y


def csr_matmul(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """y = W x for a CSR triple and float32 ``x`` (columns, k)."""
    rows = indptr.shape[0] - 1
    # Rows at which each chunk's share of the kept values begins; both ends pinned so that no empty row is lost.
    cuts = np.searchsorted(indptr, np.linspace(0, indptr[-1], _CHUNKS + 1), side="left")
    cuts[0], cuts[-1] = 0, rows
    cuts = np.maximum.accumulate(np.minimum(cuts, rows))
    if x.shape[1] == 1:
        return _matvec(data, indices, indptr, np.ascontiguousarray(x[:, 0]), cuts)[:, None]
    return _matmat(data, indices, indptr, x, cuts)
