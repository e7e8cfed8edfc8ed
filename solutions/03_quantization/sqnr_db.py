"""Reference answer: signal to quantization noise ratio in decibels."""

import math

import numpy as np


def sqnr_db(x: np.ndarray, x_hat: np.ndarray) -> float:
    """Return the ratio of signal power to the power of the error ``x - x_hat``, in dB."""
    # Without this check NumPy would broadcast, and the ratio of two different things would look fine.
    if x.shape != x_hat.shape:
        raise ValueError(f"x and x_hat must have the same shape; got {x.shape} and {x_hat.shape}")
    if not (np.isfinite(x).all() and np.isfinite(x_hat).all()):
        raise ValueError("x and x_hat must be finite")

    # float64 before the square: 300**2 is already infinite in float16.
    signal = x.astype(np.float64)
    power = float(np.sum(signal**2))
    noise = float(np.sum((signal - x_hat) ** 2))

    # The order matters: 0 / 0 has no value, so "no signal" is refused before "no noise" is answered.
    # An empty x ends here too: the sum of nothing is 0.
    if power == 0:
        raise ValueError("x is empty, or zero everywhere: there is no signal")
    if noise == 0:
        return math.inf
    # 10 log10 of a ratio of powers (20 log10 would be right for a ratio of amplitudes).
    return 10 * math.log10(power / noise)
