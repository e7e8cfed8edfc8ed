"""Reference answer: the mixed product of LLM.int8()."""

import numpy as np


def _quantize(m):
    """Integers (kept as floats) and one scale a row; a row without anything in it has the scale 1."""
    scale = np.abs(m).max(axis=1, initial=0) / 127
    scale[scale <= 0] = 1.0
    return np.rint(m / scale[:, None]), scale


def outlier_decompose(x: np.ndarray, w: np.ndarray, *, threshold: float = 6.0) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(y, outliers)``: the product x @ w.T in mixed precision, and the columns that stayed in float."""
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"x has {x.shape[1]} inputs, w has {w.shape[1]}")
    if threshold <= 0:
        raise ValueError(f"threshold must be above 0; got {threshold}")

    # Outliers sit in the same few channels at every token: whole columns, found in the activations.
    outlier = np.abs(x).max(axis=0) >= threshold

    # Cut first, scale after: with the outlier still inside, its row would have hardly a code left for the others.
    qx, sx = _quantize(x[:, ~outlier])
    qw, sw = _quantize(w[:, ~outlier])

    # Integers below 2**53 are exact in float64, so this product is exact; int8 @ int8 would wrap. The scales do not
    # depend on the column, so they leave the sum, as an outer product.
    y = np.outer(sx, sw) * (qx @ qw.T) + x[:, outlier] @ w[:, outlier].T
    return y, np.flatnonzero(outlier)
