"""Reference answer: merging a LoRA adapter and taking it out again."""

import numpy as np


def merge_lora(w: np.ndarray, a: np.ndarray, b: np.ndarray, *, alpha: float, undo: bool = False) -> np.ndarray:
    """Return ``w`` with the adapter added or, for ``undo``, subtracted."""
    # One float64 operand makes the whole product float64. Where a and b do not share the rank, @ raises ValueError.
    product = b.astype(np.float64) @ a
    rank = len(a)
    # A product of shape (1, in) would be broadcast in the sum: every output would get the same update, silently.
    if rank == 0 or product.shape != w.shape:
        raise ValueError(f"w {w.shape}, a {a.shape} and b {b.shape} do not fit, or the rank is 0")

    delta = alpha / rank * product
    merged = w - delta if undo else w + delta  # float64, whatever w is
    return merged.astype(w.dtype)  # the only rounding
