"""Reference answer: the clipping threshold of least squared error."""

import numpy as np


def mse_clip(x: np.ndarray, *, bits: int, candidates: np.ndarray) -> float:
    """Return the threshold among ``candidates`` that quantizes ``x`` with the least mean squared error."""
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be in 2 .. 8; got {bits}")
    if x.size == 0 or not np.isfinite(x).all():
        raise ValueError("x must be finite and not empty")
    if candidates.size == 0 or not np.isfinite(candidates).all() or (candidates <= 0).any():
        raise ValueError("candidates must be finite, positive and not empty")

    qmax = 2 ** (bits - 1) - 1
    signal = x.astype(np.float64)

    def error(t: float) -> float:
        step = t / qmax
        restored = step * np.clip(np.rint(signal / step), -qmax, qmax)
        # The error is that of the original x. Measured on the clipped x, clipping would look free.
        return np.mean((signal - restored) ** 2)

    # Pairs compare by their first items, then by their second: of two equal errors, the least -t is the larger t.
    return min(candidates.tolist(), key=lambda t: (error(t), -t))
