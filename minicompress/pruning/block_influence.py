"""Block influence: how much a residual block turns the hidden state. Blocks that turn it least can go.

    BI = 1 - mean over tokens of  cos(h_in, h_out)

Source: Men et al. 2024 (ShortGPT), arXiv:2403.03853.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["block_influence"]


def block_influence(h_in: Any, h_out: Any) -> float:
    """Return 1 - mean cosine of the hidden states before and after a block: 0 (the identity) to 2.

    Parameters
    ----------
    h_in, h_out : (..., features), of one shape, finite
        A token whose state is 0 on either side counts as unlike (cosine 0), unless it is 0 on both (cosine 1).

    Examples
    --------
    >>> block_influence([[1.0, 0.0], [0.0, 2.0]], [[3.0, 0.0], [1.0, 0.0]])
    0.5
    """
    before = checks.float_array(h_in, "h_in", dtype=np.float64)
    if before.ndim == 0:
        raise ValueError(f"h_in must have shape (..., features); got {checks.describe(before)}")
    after = checks.float_array(h_out, "h_out", shape=before.shape, dtype=np.float64)
    a, b = _unit(before), _unit(after)
    both_zero = ~a.any(axis=-1) & ~b.any(axis=-1)
    cosine = np.where(both_zero, 1.0, (a * b).sum(axis=-1))
    return float(1 - np.clip(cosine, -1, 1).mean())


def _unit(x: np.ndarray) -> np.ndarray:
    """Rows of length 1, or of zeros; scaled first, so that squares neither overflow nor vanish."""
    largest = np.abs(x).max(axis=-1, keepdims=True)
    scaled = x / np.where(largest > 0, largest, 1)
    norm = np.sqrt((scaled**2).sum(axis=-1, keepdims=True))
    return scaled / np.where(norm > 0, norm, 1)
