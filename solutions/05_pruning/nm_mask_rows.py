"""Reference answer: the N:M mask along the inputs."""

import numpy as np


def nm_mask_rows(w: np.ndarray, *, n: int = 2, m: int = 4) -> np.ndarray:
    """Return the mask that keeps the ``n`` largest of each ``m`` neighbouring inputs."""
    if w.ndim != 2:
        raise ValueError(f"w must be 2-D; got shape {w.shape}")
    if not 1 <= n <= m:
        raise ValueError(f"n must be in 1 .. m; got n = {n}, m = {m}")
    # The inputs must be divided, not the number of elements: 2 x 6 would reshape to groups of 4 that span two rows.
    if w.shape[1] % m:
        raise ValueError(f"{w.shape[1]} inputs are not a multiple of m = {m}")

    # The last axis of w is the input axis, and it moves fastest: each group becomes one row.
    groups = np.abs(w).reshape(w.size // m, m)

    # Negated, because argsort is ascending; stable, so that of equal magnitudes the lower index comes first.
    order = np.argsort(-groups, kind="stable")

    mask = np.zeros(groups.shape, dtype=bool)
    np.put_along_axis(mask, order[:, :n], True, axis=1)
    return mask.reshape(w.shape)
