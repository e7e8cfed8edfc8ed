"""Reference answer: a calibration range that outliers cannot stretch."""

import numpy as np


def percentile_range(x: np.ndarray, *, percentile: float) -> tuple[float, float]:
    """Return ``(low, high)``: the range that keeps all but the outermost values of ``x``, widened to contain 0."""
    # Below 50 the two ends would change places; a NaN percentile fails this comparison too.
    if not 50 < percentile <= 100:
        raise ValueError(f"percentile must be in (50, 100]; got {percentile}")
    if x.size == 0 or not np.isfinite(x).all():
        raise ValueError("x must be finite and not empty")

    # One range for the whole tensor: axis=None flattens. float64: the gap between two float16 values may overflow.
    v = np.sort(x, axis=None).astype(np.float64)
    last = v.size - 1

    def q(p: float) -> float:
        """The p-th percentile: what np.percentile(x, p) does."""
        h = last * p / 100  # N values have N - 1 gaps
        k = int(h)
        above = v[min(k + 1, last)]  # at the very end nothing lies above; its weight h - k is 0 there
        return v[k] + (h - k) * (above - v[k])

    # Widen: if every value is positive, the range still starts at 0, which padding and ReLU need.
    return min(q(100 - percentile), 0.0), max(q(percentile), 0.0)
