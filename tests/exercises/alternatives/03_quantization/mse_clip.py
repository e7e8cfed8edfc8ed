"""Right answers to mse_clip in other styles; each must pass."""

import numpy as np


def all_at_once(x, *, bits, candidates):
    """One array of shape (candidates, elements), no loop."""
    if bits not in range(2, 9) or not x.size or not np.isfinite(x).all():
        raise ValueError("bits or x")
    if not candidates.size or not np.isfinite(candidates).all() or not (candidates > 0).all():
        raise ValueError("candidates")
    qmax = 2 ** (bits - 1) - 1
    t = np.sort(candidates.astype(np.float64))[::-1]
    step = (t / qmax)[:, None]
    values = x.astype(np.float64).reshape(1, -1)
    errors = np.mean((values - step * np.clip(np.rint(values / step), -qmax, qmax)) ** 2, axis=1)
    return t[np.argmin(errors)]  # the first of equals, so the larger


def plain_python(x, *, bits, candidates):
    """Loops; the least of (error, -t), so that the larger wins a tie."""
    import math

    values, thresholds = x.astype(float).ravel().tolist(), candidates.tolist()
    if not 2 <= bits <= 8 or not values or not thresholds:
        raise ValueError("bits or sizes")
    if not all(map(math.isfinite, values + thresholds)) or min(thresholds) <= 0:
        raise ValueError("values")
    qmax = (1 << (bits - 1)) - 1

    def key(t):
        step, total = t / qmax, 0.0
        for v in values:
            q = max(-qmax, min(qmax, round(v / step)))
            total += (v - step * q) ** 2
        return total, -t

    return min(thresholds, key=key)


def rounding_away_from_zero(x, *, bits, candidates):
    """Another rule for halves costs the same error; ``<=`` on ascending candidates keeps the larger."""
    if bits < 2 or bits > 8 or x.size == 0 or np.isnan(x).any() or np.isinf(x).any():
        raise ValueError("bits or x")
    if candidates.size == 0 or not np.all(np.isfinite(candidates)) or np.any(candidates <= 0):
        raise ValueError("candidates")
    qmax = 2 ** (bits - 1) - 1
    sign, size = np.sign(x).astype(np.float64), np.abs(x).astype(np.float64)
    best, least = None, np.inf
    for t in np.unique(candidates):
        step = float(t) / qmax
        back = sign * step * np.minimum(np.floor(size / step + 0.5), qmax)
        error = np.sum(np.square(x.astype(np.float64) - back))
        if error <= least:
            best, least = t, error
    return best
