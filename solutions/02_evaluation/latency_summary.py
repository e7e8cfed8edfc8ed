"""Reference answer: summary of a latency measurement."""

import numpy as np


def latency_summary(base: np.ndarray, candidate: np.ndarray, *, warm_up: int = 2) -> tuple[float, float, float, float]:
    """Return ``(median_base, median_candidate, p95_candidate, speed_up)``."""
    times = np.stack([base, candidate]).astype(np.float64)  # raises ValueError where the shapes differ
    if times.ndim != 2:
        raise ValueError(f"1-D arrays are needed; got {base.shape}")
    if not (np.isfinite(times) & (times > 0)).all():
        raise ValueError("times must be finite and above 0")
    if not 0 <= warm_up < len(base):
        raise ValueError(f"warm_up must be in 0 .. {len(base) - 1}; got {warm_up}")

    # The first turns pay for compilation, caches and page faults: leave them out, in the order of time.
    base, candidate = times[:, warm_up:]

    # Nearest rank: ceil(0.95 n) in whole numbers; rank r is index r - 1.
    rank = -(-95 * len(base) // 100)
    p95 = np.sort(candidate)[rank - 1]

    # The ratio of each pair cancels what disturbed both; its median ignores the odd turn.
    speed_up = np.median(base / candidate)
    return np.median(base), np.median(candidate), p95, speed_up
