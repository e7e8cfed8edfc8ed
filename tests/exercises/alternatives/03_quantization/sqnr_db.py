"""Right answers to sqnr_db in other styles; each must pass."""

import numpy as np


def norms(x, x_hat):
    """20 log10 of the ratio of the norms, which are amplitudes."""
    a, b = np.asarray(x, np.float64), np.asarray(x_hat, np.float64)
    if a.shape != b.shape or a.size == 0 or not np.isfinite(a).all() or not np.isfinite(b).all():
        raise ValueError("arguments")
    if not a.any():
        raise ValueError("no signal")
    if np.array_equal(a, b):
        return np.inf
    return 20 * np.log10(np.linalg.norm(a.ravel()) / np.linalg.norm((a - b).ravel()))


def loops(x, x_hat):
    """Python floats and math only, as a difference of two logarithms."""
    import math

    if x.shape != x_hat.shape or not x.size:
        raise ValueError("shapes")
    power = noise = 0.0
    for a, b in zip(x.ravel().tolist(), x_hat.ravel().tolist(), strict=True):
        if not math.isfinite(a) or not math.isfinite(b):
            raise ValueError("not finite")
        power += a * a
        noise += (a - b) ** 2
    if power == 0:
        raise ValueError("no signal")
    return float("inf") if noise == 0 else 10 * (math.log10(power) - math.log10(noise))


def means_and_dots(x, x_hat):
    """Mean squares by dot products; a zero noise left to NumPy."""
    if x.shape != x_hat.shape or x.size == 0 or not np.isfinite(np.concatenate([x.ravel(), x_hat.ravel()])).all():
        raise ValueError("arguments")
    a = x.astype(np.float64).ravel()
    e = a - x_hat.astype(np.float64).ravel()
    if np.dot(a, a) == 0:
        raise ValueError("no signal")
    with np.errstate(divide="ignore"):
        return np.float64(10) * np.log10((np.dot(a, a) / a.size) / np.float64(np.dot(e, e) / e.size))
