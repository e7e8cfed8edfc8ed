"""Reference answer: a sensitivity scan."""

import numpy as np


def sensitivity_scan_order(
    layers: dict[str, tuple[np.ndarray, np.ndarray]], *, bits: int = 4
) -> tuple[dict[str, float], list[str]]:
    """Return ``(errors, order)``: the relative output error of each layer, and the most sensitive first."""
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be in 2 .. 8; got {bits}")
    levels = 2 ** (bits - 1) - 1  # the last code of a symmetric grid

    errors = {}
    for name, (weight, x) in layers.items():
        w = weight.astype(np.float64)  # and with it all that follows
        largest = np.abs(w).max(axis=1, keepdims=True)
        scale = np.where(largest == 0, 1.0, largest / levels)
        gap = scale * np.rint(w / scale) - w

        # The layer is linear: the error of its output is the error of its weight as the inputs see it.
        size = np.linalg.norm(x @ w.T)
        errors[name] = np.linalg.norm(x @ gap.T) / size if size else 0.0

    # sorted is stable, also in reverse: names of equal error keep their order.
    return errors, sorted(errors, key=errors.__getitem__, reverse=True)
