"""Reference answer: magnitude pruning with an exact count."""

import numpy as np


def magnitude_mask_exact(w: np.ndarray, *, sparsity: float) -> np.ndarray:
    """Return the boolean mask that prunes exactly ``round(w.size * sparsity)`` weights."""
    # A NaN fails every comparison, so this form refuses it as well.
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity must be in 0 .. 1; got {sparsity}")
    if w.size == 0 or np.isnan(w).any():
        raise ValueError("w must not be empty, nor hold a NaN")

    # Not a threshold but an order: a threshold would prune all of several equal magnitudes, or none of them.
    # The stable sort leaves equal magnitudes in the order of their positions, so the first one is pruned first.
    order = np.argsort(np.abs(w).ravel(), kind="stable")

    mask = np.ones(w.size, dtype=bool)
    mask[order[: round(w.size * sparsity)]] = False
    return mask.reshape(w.shape)
