"""Reference answer: the smallest rank that keeps a share of the energy."""

import numpy as np


def rank_for_energy_share(singular_values: np.ndarray, *, share: float) -> int:
    """Return the smallest rank that keeps ``share`` of the energy."""
    if not 0 < share <= 1:  # written so that NaN is refused too
        raise ValueError(f"share must be in (0, 1]; got {share}")
    if singular_values.ndim != 1 or singular_values.size == 0:
        raise ValueError(f"singular_values must be 1-D and not empty; got shape {singular_values.shape}")
    s = singular_values.astype(np.float64)
    if s[-1] < 0 or (np.diff(s) > 0).any():  # falling: the last one is the smallest
        raise ValueError("singular_values must be at least 0 and must not rise")

    # Only ratios count. Relative to the largest value, no square overflows.
    squares = (s / (s[0] or 1.0)) ** 2

    # lost[r] for r = 0 .. k, added up from the smallest on, so that small squares are not swallowed by a large sum.
    lost = np.append(np.cumsum(squares[::-1])[::-1], 0.0)

    # argmax of booleans is the first True; lost[k] = 0 always is one.
    return max(1, int(np.argmax(lost <= (1 - share) * lost[0])))
