"""Check a Hessian H = 2 X^T X / n of a layer's inputs, as it is shared by OBD, OBS and SparseGPT."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["checked_hessian"]


def checked_hessian(hessian: Any, in_features: int) -> np.ndarray:
    """Return ``hessian`` as float64 (in, in), or raise unless it is symmetric with a diagonal of at least 0."""
    h = checks.float_array(hessian, "hessian", shape=(in_features, in_features), dtype=np.float64)
    with np.errstate(over="ignore"):
        skew = np.abs(h - h.T).max()
    if skew > 1e-5 * np.abs(h).max():
        raise ValueError(f"hessian must be symmetric; it differs from its transpose by {skew:.3g}")
    if (h.diagonal() < 0).any():
        j = int(h.diagonal().argmin())
        raise ValueError(f"hessian must have a diagonal of at least 0; entry {j} is {h[j, j]:.3g}")
    return h
