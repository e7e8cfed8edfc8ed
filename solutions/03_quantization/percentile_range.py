"""Reference answer: a calibration range that outliers cannot stretch."""

import numpy as np


def percentile_range(x: np.ndarray, *, percentile: float) -> tuple[float, float]:
    """Return ``(low, high)``: the range that keeps all but the outermost values of ``x``, widened to contain 0."""
    # Below 50 the two ends would change places; a NaN percentile fails this comparison too.
    if not 50 < percentile <= 100:
        raise ValueError(f"percentile must be in (50, 100]; got {percentile}")
    if x.size == 0 or not np.isfinite(x).all():
        raise ValueError("x must be finite and not empty")

    # One range for the whole tensor, so np.percentile gets no axis; its default method is the linear one.
    # Interpolate in float64: in float16 the difference of two neighbours may overflow.
    low, high = np.percentile(x.astype(np.float64), [100 - percentile, percentile])

    # Widen: if every value is positive, the range still starts at 0, which padding and ReLU need.
    return min(float(low), 0.0), max(float(high), 0.0)
