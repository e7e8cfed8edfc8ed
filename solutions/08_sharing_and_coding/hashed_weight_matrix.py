"""Reference answer: forward and gradient of a layer with hashed weights."""

import numpy as np


def hashed_weight_matrix(
    c: np.ndarray, x: np.ndarray, grad_y: np.ndarray, *, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(y, grad_c)`` of the layer whose weights are hashed into ``c``."""
    if c.ndim != 1 or c.size == 0 or x.ndim != 2 or grad_y.ndim != 2:
        raise ValueError("c must be (K,) with K >= 1, x (n, inputs) and grad_y (n, outputs)")
    i = np.arange(grad_y.shape[1])[:, None]  # rows are outputs
    j = np.arange(x.shape[1])  # columns are inputs

    # The two factors are large odd numbers: neighbours land far apart. The upper bits are the better mixed ones, so
    # they are folded onto the lower ones before the remainder. Nothing of this is stored.
    t = (2654435761 * i + 2246822519 * j + seed) & 0xFFFFFFFF  # mod 2**32: the lower 32 bits
    place = (t ^ (t >> 16)) % c.size
    sign = np.where(t >= 2**31, -1.0, 1.0)

    y = x @ (sign * c[place]).T  # forward: gather

    # Backward: scatter-add through the same table. A value collects the gradient of every place where it stands.
    # The product refuses other numbers of rows by itself.
    slopes = sign * (grad_y.T @ x)
    return y, np.bincount(place.ravel(), weights=slopes.ravel(), minlength=c.size)
