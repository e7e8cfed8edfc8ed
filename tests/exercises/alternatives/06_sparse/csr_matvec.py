"""Right answers to csr_matvec in other styles; each must pass."""

import numpy as np


def loops(data, indices, indptr, x):
    """Two loops, as in C."""
    if indptr[-1] != len(data) or len(indices) != len(data):
        raise ValueError("lengths")
    y = np.zeros(len(indptr) - 1)
    for i in range(len(y)):
        for p in range(int(indptr[i]), int(indptr[i + 1])):
            j = int(indices[p])
            if j < 0 or j >= len(x):
                raise ValueError("index")
            y[i] += float(data[p]) * float(x[j])
    return y


def dot_products(data, indices, indptr, x):
    """One dot product for each row; an empty one is 0."""
    if not len(data) == len(indices) == indptr[-1] or not all(0 <= j < len(x) for j in indices.tolist()):
        raise ValueError("lengths or index")
    values, wide = data.astype(np.float64), x.astype(np.float64)
    pairs = zip(indptr[:-1], indptr[1:], strict=True)
    return np.array([values[a:b] @ wide[indices[a:b]] for a, b in pairs])


def bincount(data, indices, indptr, x):
    """Scatter-add by bincount."""
    if not len(data) == len(indices) == indptr[-1] or ((indices < 0) | (indices >= len(x))).any():
        raise ValueError("lengths or index")
    row = np.searchsorted(indptr, np.arange(len(data)), side="right") - 1
    return np.bincount(row, weights=np.float64(data) * x[indices], minlength=len(indptr) - 1) + 0.0
