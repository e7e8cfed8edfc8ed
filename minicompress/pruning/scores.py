"""What the score functions share: w g in double precision, and a refusal where it leaves the range of floats."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["first_order", "within_range"]


def first_order(w: Any, grad: Any) -> np.ndarray:
    """Return w g, float64, of ``w`` and ``grad`` of one shape."""
    values = checks.float_array(w, "w", dtype=np.float64)
    slope = checks.float_array(grad, "grad", shape=values.shape, dtype=np.float64)
    with np.errstate(over="ignore"):
        return within_range(values * slope)


def within_range(score: np.ndarray) -> np.ndarray:
    """Return ``score``, or raise where it overflowed: a ranking of infinities would say nothing."""
    if not np.isfinite(score).all():
        raise ValueError("the score has values beyond the range of float64; scale w or the gradient first")
    return score
