"""Right repairs of SmoothQuant's scales in other styles; each must pass."""

import numpy as np


def loops(w, x_max, *, alpha=0.5):
    """Column by column."""
    smoothed, s = w.copy(), np.empty(w.shape[1])
    for j in range(w.shape[1]):
        s[j] = max(x_max[j], 1e-5) ** alpha * max(abs(w[:, j]).max(), 1e-5) ** (alpha - 1)
        smoothed[:, j] *= s[j]
    return smoothed, s


def logarithms(w, x_max, *, alpha=0.5):
    """A weighted difference of logarithms, on the transposed matrix."""
    reach = np.log(np.clip(np.max(np.abs(w.T), axis=1), 1e-5, None))
    s = np.exp(alpha * np.log(np.clip(x_max, 1e-5, None)) - (1 - alpha) * reach)
    return (w.T * s[:, None]).T, s
