"""Reference answer: one step of the optimal brain surgeon."""

import numpy as np


def obs_update(w: np.ndarray, h_inv: np.ndarray) -> tuple[int, np.ndarray, float]:
    """Return ``(q, updated, loss)`` of the cheapest removal of one weight."""
    if h_inv.shape != (w.size, w.size):
        raise ValueError(f"h_inv must be of shape ({w.size}, {w.size}); got {h_inv.shape}")
    if not (np.diag(h_inv) > 0).all():
        raise ValueError("every diagonal entry of h_inv must be above 0")
    w = w.astype(np.float64)
    diagonal = np.diag(h_inv)

    # Lagrange: H d = -lam e_q, so d = -lam h_inv[:, q]; the constraint d[q] = -w[q] gives lam = w[q] / h_inv[q, q].
    # Then L = d' H d / 2 = lam**2 h_inv[q, q] / 2 = w[q]**2 / (2 h_inv[q, q]): no update is needed to know its price.
    losses = w**2 / (2 * diagonal)
    q = losses.argmin()  # the first of equal ones

    updated = w - w[q] / diagonal[q] * h_inv[q]  # row q is column q: h_inv is symmetric
    updated[q] = 0.0  # w - w / a * a is not always 0 in floating point, and a sparse format stores what is not 0
    return q, updated, losses[q]
