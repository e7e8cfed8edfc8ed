"""Reference answer: scale and zero point of an affine quantizer."""

import numpy as np


def affine_qparams(x: np.ndarray, *, bits: int = 8) -> tuple[float, int]:
    """Return ``(scale, zero_point)`` of the unsigned ``bits``-bit quantizer for ``x``."""
    # First what cannot be answered: no range without data, and one NaN would poison min and max.
    if not 2 <= bits <= 16:
        raise ValueError(f"bits must be in 2 .. 16; got {bits}")
    if x.size == 0 or not np.isfinite(x).all():
        raise ValueError("x must be finite and not empty")

    # The range must contain 0, or the zero of padding and of ReLU would not be a code of its own.
    # Python floats, so that the division below is done in double precision.
    lo = min(float(x.min()), 0.0)
    hi = max(float(x.max()), 0.0)
    if lo == hi:  # only zeros: any scale is right, 1.0 divides safely
        return 1.0, 0

    # 2**bits codes have 2**bits - 1 steps between them (fence posts and fence).
    qmax = 2**bits - 1
    scale = (hi - lo) / qmax

    # The zero point is the code that stands for 0.0: solve lo = scale * (0 - zero_point).
    # With the range widened, clamping changes nothing; it is the habit that saves you when lo comes from elsewhere.
    zero_point = min(max(round(-lo / scale), 0), qmax)
    return scale, zero_point
