"""Reference answer: SparseGPT on one block of columns."""

import numpy as np


def sparsegpt_step(
    w: np.ndarray, u: np.ndarray, *, start: int, stop: int, sparsity: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(updated, mask)`` after the columns ``start`` to ``stop - 1`` are pruned."""
    columns = w.shape[1]
    if u.shape != (columns, columns):
        raise ValueError(f"u must be of shape ({columns}, {columns}); got {u.shape}")
    if not 0 <= start < stop <= columns:
        raise ValueError(f"0 <= start < stop <= {columns} must hold; got {start} and {stop}")
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity must be in 0 .. 1; got {sparsity}")
    w = w.astype(np.float64)

    # u[j, j]**2 is the diagonal of the inverse of H[j:, j:]: the score is the OBS loss of removing w[i, j] when only
    # the columns from j on may move. One pool for the whole block, stable so that of equal scores the first one goes.
    scores = (w[:, start:stop] / np.diag(u)[start:stop]) ** 2
    order = np.argsort(scores.ravel(), kind="stable")
    mask = np.ones(scores.size, dtype=bool)
    mask[order[: round(scores.size * sparsity)]] = False
    mask = mask.reshape(scores.shape)

    for j in range(start, stop):
        # w[:, j] has been moved by the columns before it: the error is that of the present value.
        lost = ~mask[:, j - start]
        w[lost, j:] -= np.outer(w[lost, j] / u[j, j], u[j, j:])
        w[lost, j] = 0.0  # it is 0 up to rounding; sparse storage wants the zero itself
    return w, mask
