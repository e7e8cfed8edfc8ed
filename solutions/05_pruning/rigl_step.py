"""Reference answer: one drop-and-grow update of RigL."""

import numpy as np


def rigl_step(w: np.ndarray, grad: np.ndarray, mask: np.ndarray, *, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(w, mask)`` after one drop-and-grow update."""
    if not w.shape == grad.shape == mask.shape:
        raise ValueError(f"w, grad and mask must be of one shape; got {w.shape}, {grad.shape} and {mask.shape}")
    if mask.dtype != bool:
        raise ValueError(f"mask must be of dtype bool; got {mask.dtype}")
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be in 0 .. 1; got {fraction}")

    # Both lists come from the old mask, so what is dropped cannot be grown in the same update.
    active, inactive = np.flatnonzero(mask), np.flatnonzero(~mask)
    k = min(round(fraction * active.size), inactive.size)

    # argsort answers in positions of the sublist; indexing the list turns them into positions of the array.
    drop = active[np.argsort(np.abs(w.ravel()[active]), kind="stable")[:k]]
    grow = inactive[np.argsort(-np.abs(grad.ravel()[inactive]), kind="stable")[:k]]

    updated = mask.flatten()
    updated[drop] = False
    updated[grow] = True
    updated = updated.reshape(mask.shape)

    # Active before and after: the value stays. Grown: it starts at 0, so that the output does not jump.
    return np.where(mask & updated, w, 0), updated
