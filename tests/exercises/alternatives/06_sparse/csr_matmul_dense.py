"""Right answers to csr_matmul_dense in other styles; each must pass."""

import numpy as np


def row_by_row(data, indices, indptr, x, *, bias=None):
    """One matrix-vector product for each row that has entries."""
    out = len(indptr) - 1
    if any(j < 0 or j >= x.shape[-1] for j in indices.tolist()):
        raise ValueError("index")
    y = np.zeros((*x.shape[:-1], out))
    for i in np.flatnonzero(np.diff(indptr)):
        run = slice(indptr[i], indptr[i + 1])
        y[..., i] = x[..., indices[run]].astype(np.float64) @ data[run].astype(np.float64)
    if bias is not None:
        if bias.ndim != 1 or len(bias) != out:
            raise ValueError("bias")
        y += bias
    return y.astype(np.float32)


def scipy_sparse(data, indices, indptr, x, *, bias=None):
    """SciPy's product, on the leading axes merged into one."""
    from scipy import sparse

    if indices.size and not (indices.min() >= 0 and indices.max() < x.shape[-1]):
        raise ValueError("index")
    shape = (len(indptr) - 1, x.shape[-1])
    w = sparse.csr_array((data.astype(np.float64), indices.astype(int), indptr.astype(int)), shape=shape)
    y = (w @ x.reshape(-1, x.shape[-1]).astype(np.float64).T).T.reshape(*x.shape[:-1], shape[0])
    if bias is None:
        return y.astype(np.float32)
    if bias.shape != y.shape[-1:]:
        raise ValueError("bias")
    return (y + bias).astype(np.float32)
