"""Reference answer: entropy and redundancy in bits per symbol."""

import numpy as np


def entropy_bits_per_symbol(counts: np.ndarray, lengths: np.ndarray) -> tuple[float, float]:
    """Return ``(H, redundancy)`` in bits per symbol."""
    if counts.shape != lengths.shape or (counts < 0).any() or not counts.any():
        raise ValueError("counts must be >= 0 with one above 0, and lengths of the same shape")
    used = counts > 0  # p log p tends to 0 with p, but log2(0) does not exist
    p = counts[used] / counts.sum()

    # The mean of log2(1 / p): a symbol of share 1/8 is worth three yes-or-no questions.
    entropy = np.sum(p * np.log2(1 / p))
    return entropy, np.sum(p * lengths[used]) - entropy
