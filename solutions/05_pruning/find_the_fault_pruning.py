"""Reference answer: the repaired structured pruning of a feed-forward block."""

import numpy as np


def find_the_fault_pruning(
    w_in: np.ndarray, b_in: np.ndarray, w_out: np.ndarray, *, units: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(w_in, b_in, w_out)`` with the ``units`` most important hidden units."""
    hidden = len(w_in)
    if not 1 <= units <= hidden:
        raise ValueError(f"units must be in 1 .. {hidden}; got {units}")
    importance = np.linalg.norm(w_in, axis=1) * np.linalg.norm(w_out, axis=0)
    best = np.argsort(-importance, kind="stable")[:units]
    kept = np.zeros(hidden, dtype=bool)
    kept[best] = True

    # The fault: w_in and b_in were cut by the list `best`, which gives its own order (importance), w_out by the mask,
    # which gives the old order. Shapes and sets of units agree; but row 0 of w_in and column 0 of w_out were different
    # units, unless the list happened to be ascending. One selector for all three, the mask, which keeps the old order.
    return w_in[kept], b_in[kept], w_out[:, kept]
