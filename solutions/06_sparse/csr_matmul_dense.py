"""Reference answer: a linear layer with weights in CSR form."""

import numpy as np


def csr_matmul_dense(
    data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray, *, bias: np.ndarray | None = None
) -> np.ndarray:
    """Return the float32 output (..., out) of the sparse layer."""
    out = len(indptr) - 1
    if ((indices < 0) | (indices >= x.shape[-1])).any():
        raise ValueError(f"an index is not in 0 .. {x.shape[-1] - 1}")

    # The accumulator is float64 and begins with the bias, so that everything is rounded once, at the end.
    y = np.zeros((*x.shape[:-1], out))
    if bias is not None:
        if bias.shape != (out,):  # a bias of one element would be broadcast
            raise ValueError(f"bias must have shape ({out},); got {bias.shape}")
        y += bias

    # Gather the inputs of all stored weights along the last axis, multiply, and add each product to the output it
    # belongs to. The ellipsis leaves any leading axes alone.
    products = x[..., indices] * data.astype(np.float64)
    row = np.repeat(np.arange(out), np.diff(indptr))
    np.add.at(y, (..., row), products)
    return y.astype(np.float32)
