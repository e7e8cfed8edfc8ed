"""Reference answer: one round of PowerSGD."""

import numpy as np


def power_sgd_round(
    gradients: np.ndarray, residuals: np.ndarray, q: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(update, q_new, residuals)`` of one round of PowerSGD."""
    if residuals.shape != gradients.shape or q.ndim != 2:
        raise ValueError("gradients and residuals must be (W, n, m) and q (m, r)")
    # Other numbers of rows of q are refused by the product below, other numbers of axes by transpose.
    if not 1 <= q.shape[1] <= min(gradients.shape[1:]):
        raise ValueError("the rank must be in 1 .. min(n, m)")
    wanted = gradients + residuals

    # Both products are linear in M, so the mean of the products is the product with the mean: an all-reduce of thin
    # matrices does, and no worker ever sees the gradient of another one.
    p = (wanted @ q).mean(axis=0)
    basis, upper = np.linalg.qr(p)
    basis = basis * np.sign(np.diag(upper))  # a negative diagonal: turn the column, so that all libraries agree
    q_new = (wanted.transpose(0, 2, 1) @ basis).mean(axis=0)

    # The mean of M projected onto the columns of P: one step of subspace iteration towards its best rank r.
    update = basis @ q_new.T
    return update, q_new, wanted - update
