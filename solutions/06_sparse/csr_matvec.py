"""Reference answer: CSR matrix times vector."""

import numpy as np


def csr_matvec(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the float64 product of the CSR matrix and ``x``."""
    if not len(data) == len(indices) == indptr[-1]:
        raise ValueError(f"indptr must end at nnz; got {indptr[-1]}, {len(data)} values, {len(indices)} indices")
    if ((indices < 0) | (indices >= len(x))).any():
        raise ValueError(f"an index is not in 0 .. {len(x) - 1}")

    # One gather and one product for each stored entry; the cast comes first, so the product is not rounded to float32.
    products = data.astype(np.float64) * x[indices]

    # The row of each entry: row i as often as it has entries. A scatter-add over these is right for empty rows, which
    # are simply never mentioned, and keeps every row's sum apart from the others.
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    y = np.zeros(len(indptr) - 1)
    np.add.at(y, row, products)
    return y
