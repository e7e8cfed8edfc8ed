"""Reference answer: batch-norm folding."""

import numpy as np


def fold_batch_norm(
    w: np.ndarray,
    b: np.ndarray | None,
    *,
    gamma: np.ndarray,
    beta: np.ndarray,
    mean: np.ndarray,
    var: np.ndarray,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(w, b)`` of the layer with the batch norm folded in."""
    if (var < 0).any():
        raise ValueError(f"var must not be negative; got a minimum of {var.min()}")
    if w.ndim < 2:
        raise ValueError(f"w must have 2 dimensions or more; got {w.ndim}")
    if b is None:
        b = np.zeros(len(w))

    # gamma (W x + b - mean) / sqrt(var + eps) + beta = (g W) x + g (b - mean) + beta: one factor per output channel.
    g = gamma / np.sqrt(var + eps)
    shift = g * (b - mean) + beta

    # NumPy lines axes up from the right, and the channels are on the left. With the channels last for the moment, g
    # meets them for a matrix and for any kernel alike.
    return np.moveaxis(np.moveaxis(w, 0, -1) * g, -1, 0), shift
