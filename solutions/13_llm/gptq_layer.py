"""Reference answer: GPTQ for a whole layer."""

import numpy as np


def gptq_layer(w: np.ndarray, x: np.ndarray, *, bits: int = 4, damping: float = 0.01) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(codes, scale)`` of the layer ``w``, quantized by GPTQ on the inputs ``x``."""
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be in 2 .. 8; got {bits}")
    if damping <= 0:
        raise ValueError(f"damping must be above 0; got {damping}")
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"x has {x.shape[1]} inputs, w has {w.shape[1]}")

    # The output error of a change d of one row is |x d|**2 = d (x^T x) d^T: this is the Hessian, the same for all rows.
    w, h = w.copy(), x.T @ x

    # An input that is always 0 has a row and a column of zeros in H, which could not be inverted. Its weights are free.
    dead = h.diagonal() == 0
    h[dead, dead] = 1
    w[:, dead] = 0

    # Damping keeps the inverse tame where inputs are nearly dependent, or where there are fewer samples than inputs.
    h += damping * h.diagonal().mean() * np.eye(len(h))

    # One symmetric grid per row, fixed before the sweep moves the weights.
    qmax = 2 ** (bits - 1) - 1
    scale = np.abs(w).max(axis=1) / qmax
    scale[scale == 0] = 1.0

    # Row j of the upper factor of inv(H) is all that the step of column j needs of the inverse over columns j, j+1, ...
    u = np.linalg.cholesky(np.linalg.inv(h)).T
    codes = np.empty(w.shape, np.int8)
    for j in range(w.shape[1]):
        codes[:, j] = np.clip(np.rint(w[:, j] / scale), -qmax, qmax)
        error = (w[:, j] - scale * codes[:, j]) / u[j, j]
        w[:, j + 1 :] -= np.outer(error, u[j, j + 1 :])
    return codes, scale
