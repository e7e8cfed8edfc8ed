"""Reference answer: a paired interval and McNemar's exact test."""

import math

import numpy as np


def paired_difference_interval(
    base: np.ndarray, candidate: np.ndarray, *, z: float = 1.96
) -> tuple[float, float, float, float]:
    """Return ``(difference, low, high, p_value)``."""
    if base.ndim != 1 or base.shape != candidate.shape or len(base) < 2:
        raise ValueError(f"two 1-D arrays of one length, at least 2, are needed; got {base.shape}, {candidate.shape}")
    if not z > 0:
        raise ValueError(f"z must be above 0; got {z}")

    # The pairs: an example that both get right (or wrong) adds 0 and no variance. That is why pairing is sharper
    # than the two accuracies with an interval each.
    d = candidate.astype(np.float64) - base
    mean = d.mean()
    half = z * d.std(ddof=1) / math.sqrt(len(d))

    # McNemar: the examples that changed side, a coin thrown b + c times. Whole numbers until the one division.
    b, c = int((d < 0).sum()), int((d > 0).sum())
    tail = sum(math.comb(b + c, k) for k in range(min(b, c) + 1))
    p_value = min(1.0, 2 * tail / 2 ** (b + c))  # b = c counts the middle twice
    return mean, mean - half, mean + half, p_value
