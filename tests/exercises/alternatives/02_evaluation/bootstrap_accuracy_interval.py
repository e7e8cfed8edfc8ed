"""Right answers to bootstrap_accuracy_interval in other styles; each must pass."""

import numpy as np


def counts(correct, resamples, *, level=0.95):
    """How often each example was drawn, times whether it is right."""
    n = correct.shape[0]
    if level <= 0 or level >= 1 or level != level:
        raise ValueError("level")
    if np.ndim(resamples) != 2 or resamples.shape[1] != n or not np.isin(resamples, np.arange(n)).all():
        raise ValueError("resamples")
    times = np.stack([np.bincount(row, minlength=n) for row in resamples])
    drawn = times @ correct.astype(np.float64) / n
    return (
        float(np.mean(correct)),
        float(np.percentile(drawn, 50 - 50 * level)),
        float(np.percentile(drawn, 50 + 50 * level)),
    )


def loops(correct, resamples, *, level=0.95):
    """Lists; the interpolation by hand."""
    n = len(correct)
    if not (0 < level < 1) or len(resamples.shape) != 2:
        raise ValueError("level or shape")
    shares = []
    for row in resamples.tolist():
        if len(row) != n or any(i not in range(n) for i in row):
            raise ValueError("indices")
        shares.append(sum(bool(correct[i]) for i in row) / n)
    shares.sort()

    def at(p):
        place = p * (len(shares) - 1)
        low = int(place)
        high = min(low + 1, len(shares) - 1)
        return shares[low] * (1 - place + low) + shares[high] * (place - low)

    return sum(map(bool, correct)) / n, at((1 - level) / 2), at((1 + level) / 2)
