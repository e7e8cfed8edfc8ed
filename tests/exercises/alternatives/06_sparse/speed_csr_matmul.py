"""Right answers to speed_csr_matmul in other styles; each must pass."""

import numpy as np


def _checked(data, indices, indptr, x):
    if data.size != indices.size or indptr[0] or indptr[-1] != data.size or np.any(indptr[1:] < indptr[:-1]):
        raise ValueError("indptr")
    if indices.size and not 0 <= indices.min() <= indices.max() < x.shape[0]:
        raise ValueError("indices")
    return np.repeat(np.arange(indptr.size - 1), np.diff(indptr))


def with_scipy(data, indices, indptr, x):
    """The library's own product."""
    from scipy.sparse import csr_matrix

    _checked(data, indices, indptr, x)
    return csr_matrix((data, indices, indptr), shape=(indptr.size - 1, x.shape[0])) @ x


def gather_and_add(data, indices, indptr, x):
    """NumPy only: every product at once, then added up where it belongs."""
    rows = _checked(data, indices, indptr, x)
    y = np.zeros((indptr.size - 1, x.shape[1]))
    np.add.at(y, rows, data[:, None].astype(np.float64) * x[indices])
    return y.astype(np.float32)


def plain_loops(data, indices, indptr, x):
    """One row at a time, as the definition reads."""
    _checked(data, indices, indptr, x)
    y = np.zeros((indptr.size - 1, x.shape[1]), np.float32, order="F")
    for i in range(indptr.size - 1):
        run = slice(indptr[i], indptr[i + 1])
        y[i] = data[run] @ x[indices[run]]
    return y
