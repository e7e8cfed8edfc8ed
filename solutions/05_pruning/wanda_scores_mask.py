"""Reference answer: Wanda scores and mask."""

import numpy as np


def wanda_scores_mask(w: np.ndarray, x: np.ndarray, *, sparsity: float) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(scores, mask)``: the Wanda scores of ``w`` and the mask of the weights to keep."""
    inputs = w.shape[1]
    if x.shape[-1:] != (inputs,):
        raise ValueError(f"the last axis of x must be {inputs}; got shape {x.shape}")
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity must be in 0 .. 1; got {sparsity}")

    # Samples and tokens are all just positions; float64 before squaring, because 300**2 is no float16.
    squares = x.astype(np.float64) ** 2
    norms = np.sqrt(squares.sum(axis=tuple(range(x.ndim - 1))))  # (in_features,): one per column of w

    scores = np.abs(w) * norms

    # Each output competes only with itself: argsort works along the last axis, the inputs of one row.
    order = np.argsort(scores, kind="stable")
    mask = np.ones(w.shape, dtype=bool)
    np.put_along_axis(mask, order[:, : round(inputs * sparsity)], False, axis=1)
    return scores, mask
