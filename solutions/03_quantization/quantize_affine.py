"""Reference answer: integer codes of an affine quantizer."""

import numpy as np


def quantize_affine(x: np.ndarray, scale: float, zero_point: int, *, bits: int = 8, signed: bool = False) -> np.ndarray:
    """Return the codes clamp(round(x / scale) + zero_point), uint8 or (``signed``) int8."""
    # The grid comes from the bit width, not from the data. Two's complement has one more code below zero than above.
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be in 2 .. 8; got {bits}")
    qmin, qmax = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)

    if not 0 < scale < np.inf:  # a NaN fails this comparison too
        raise ValueError(f"scale must be a finite number above 0; got {scale}")
    if not qmin <= zero_point <= qmax:
        raise ValueError(f"zero_point must be in {qmin} .. {qmax}; got {zero_point}")
    if not np.isfinite(x).all():
        raise ValueError("x must be finite")

    # A code counts steps from the zero point: divide, round, shift. All of it in floating point: an integer dtype
    # could overflow here, and the cast would wrap silently.
    steps = np.rint(x / scale) + zero_point

    # Saturate first, cast last: 300 becomes 255, and not 300 - 256 = 44.
    return np.clip(steps, qmin, qmax).astype(np.int8 if signed else np.uint8)
