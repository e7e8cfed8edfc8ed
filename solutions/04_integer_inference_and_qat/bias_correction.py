"""Reference answer: bias correction from the statistics of a batch norm."""

import numpy as np
from scipy.special import ndtr


def bias_correction(w: np.ndarray, w_q: np.ndarray, b: np.ndarray, *, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Return the bias that restores the mean output of the layer."""
    if w.shape != w_q.shape:
        raise ValueError(f"w has the shape {w.shape}, w_q {w_q.shape}")
    if (std < 0).any():
        raise ValueError(f"std must not be negative; got a minimum of {std.min()}")

    # E[relu(z)] = integral of z p(z) over z > 0. Constants need no integral, and could not be divided by.
    x_mean = np.maximum(mean, 0)
    varies = std > 0
    m, s = mean[varies], std[varies]
    t = m / s
    x_mean[varies] = s * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi) + m * ndtr(t)

    # E[W x + b] = E[W_q x + b'] is linear in x: only its mean matters, and the shift is the same for every input.
    return b + (w - w_q) @ x_mean
