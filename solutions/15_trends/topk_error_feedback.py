"""Reference answer: top-k compression of a gradient with error feedback."""

import numpy as np


def topk_error_feedback(
    gradient: np.ndarray, residual: np.ndarray, *, k: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(indices, values, residual)`` of one step of top-k compression with error feedback."""
    if gradient.shape != residual.shape or not 1 <= k <= gradient.size:
        raise ValueError("gradient and residual must have one shape, k must be in 1 .. size")
    # What waited comes on top before anything is chosen: a small entry grows until it is its turn.
    # float32 + float64 is float64; flatten copies, row by row however the array lies in memory.
    wanted = (gradient + residual).flatten()

    # A stable sort keeps the order of equals, so of a tie the first is sent.
    indices = np.sort(np.argsort(-np.abs(wanted), kind="stable")[:k])
    values = wanted[indices].astype(np.float16)

    # The receiver knows the rounded values only: what the rounding lost stays here, with all that was not sent.
    wanted[indices] -= values
    return indices, values, wanted.reshape(gradient.shape)
