"""Reference answer: relative indices with filler zeros."""

import numpy as np


def relative_index_code(w: np.ndarray, *, bits: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(gaps, values)``, the entries of ``w`` with their relative indices, fillers included."""
    if not 1 <= bits <= 8 or w.ndim != 1:
        raise ValueError(f"bits must be in 1 .. 8 and w 1-D; got {bits} and shape {w.shape}")
    span = 2**bits  # the positions that one filler uses up: 2**bits - 1 zeros and its own

    gaps: list[int] = []
    values: list[float] = []
    before = -1  # the position of the entry before; -1 makes the first gap a count of leading zeros
    for p in np.flatnonzero(w):
        fillers, gap = divmod(p - before - 1, span)
        gaps += [span - 1] * fillers + [gap]
        values += [0] * fillers + [w[p]]
        before = p
    return np.array(gaps, np.uint8), np.array(values, w.dtype)
