"""Reference answer: remove the masked channels of a hidden layer."""

import numpy as np


def prune_channels(
    w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray, *, keep: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(w1, b1, w2, b2)`` of the network without the channels that are not kept."""
    # The hidden channels are the rows of w1 and the columns of w2; w2.shape[1:] is (hidden,) only if w2 is 2-D.
    if w1.ndim != 2:
        raise ValueError(f"w1 must be 2-D; got shape {w1.shape}")
    if not b1.shape == keep.shape == w1.shape[:1] == w2.shape[1:]:
        raise ValueError("b1, keep, the rows of w1 and the columns of w2 must agree in number")
    if b2.shape != w2.shape[:1]:
        raise ValueError("b2 and the rows of w2 must agree in number")
    if keep.dtype != bool:
        raise ValueError(f"keep must be of dtype bool; got {keep.dtype}")

    # A masked row leaves h[c] = relu(0 + b1[c]), whatever x is. Its share of y is a constant: it goes into b2.
    constant = np.maximum(b1[~keep], 0)
    folded = b2 + w2[:, ~keep] @ constant

    # The channel is gone from all three places: row of w1, entry of b1, column of w2.
    return w1[keep], b1[keep], w2[:, keep], folded.astype(b2.dtype)
