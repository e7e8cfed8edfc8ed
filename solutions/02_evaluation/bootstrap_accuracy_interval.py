"""Reference answer: a bootstrap interval for an accuracy."""

import numpy as np


def bootstrap_accuracy_interval(
    correct: np.ndarray, resamples: np.ndarray, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Return ``(accuracy, low, high)``."""
    if not 0 < level < 1:
        raise ValueError(f"level must be in (0, 1); got {level}")
    if resamples.ndim != 2 or resamples.shape[1] != len(correct):
        raise ValueError(f"resamples must be (B, {len(correct)}); got {resamples.shape}")
    if resamples.min() < 0 or resamples.max() >= len(correct):  # a negative index would wrap in silence
        raise ValueError(f"the indices must be in 0 .. {len(correct) - 1}")

    # Each row is a test set that might have been drawn; its mean is the accuracy we would have reported.
    drawn = correct[resamples].mean(axis=1)

    # The middle `level` of them: half of the rest is cut off at each end.
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return correct.mean(), low, high
