"""Reference answer: the bytes of Q4_0 blocks."""

import numpy as np


def q4_0_block(x: np.ndarray) -> np.ndarray:
    """Return the Q4_0 records of the rows of ``x``, uint8 (n, 18)."""
    if x.ndim != 2 or x.shape[1] != 32 or not np.isfinite(x).all():
        raise ValueError(f"x must be finite, of shape (n, 32); got {x.shape}")

    # The weight of largest magnitude, with its sign. Codes 0 .. 15 have eight steps below 8 and seven above, so the
    # largest takes the side with eight: m / d = -8.
    first = np.abs(x).argmax(axis=1)
    d = x[np.arange(len(x)), first, None] / -8  # (n, 1), float32

    # x / d lies in -8 .. 8: after + 8.5 it is never negative, and storing it as an integer truncates: that is round
    # to nearest. Only -m reaches 16. A block of zeros has no quotient: its codes stay 8, which means 0.
    codes = np.full(x.shape, 8, np.uint8)
    used = d.ravel() != 0
    codes[used] = np.minimum(x[used] / d[used] + 8.5, 15)

    # The first half of the block lies in the low nibbles, the second in the high ones.
    low, high = np.hsplit(codes, 2)
    return np.hstack([d.astype("<f2").view(np.uint8), low | high << 4])
