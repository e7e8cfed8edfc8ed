"""Reference answer: the search of AWQ."""

import numpy as np


def awq_scale_search(
    w: np.ndarray, x: np.ndarray, *, bits: int = 4, steps: int = 20
) -> tuple[float, np.ndarray, float]:
    """Return ``(alpha, s, loss)`` of the best scales for the layer ``w`` on the inputs ``x``."""
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be in 2 .. 8; got {bits}")
    if steps < 1:
        raise ValueError(f"steps must be at least 1; got {steps}")
    qmax = 2 ** (bits - 1) - 1

    # How large an input is on average says how much an error of its weight costs. The floor keeps s above 0.
    a = np.maximum(np.abs(x).mean(axis=0), 1e-4)

    best = None
    for i in range(steps + 1):
        # alpha = 0 is plain rounding, alpha = 1 makes every input of the layer as large as the next.
        alpha = i / steps
        s = a**alpha
        s = s / np.sqrt(s.max() * s.min())

        # A column that is s times larger is rounded with the row's step as before: its error, divided by s again, is
        # s times smaller. It costs the others something as soon as it raises the largest weight of a row.
        scaled = w * s
        step = np.abs(scaled).max(axis=1, keepdims=True) / qmax
        step[step <= 0] = 1.0  # a row of zeros
        w_hat = step * np.rint(scaled / step) / s  # max|scaled| / step is qmax: nothing to clamp

        # Strictly smaller: of equal losses the first, with the smallest alpha, stays.
        loss = np.sum((x @ w.T - x @ w_hat.T) ** 2)
        if best is None or loss < best[2]:
            best = alpha, s, loss
    return best
