"""Reference answer: the levels of NormalFloat."""

import numpy as np
from scipy.special import ndtri


def nf4_levels(*, bits: int = 4, offset: float = 0.9677083) -> np.ndarray:
    """Return the 2**bits levels of NormalFloat, ascending, float32."""
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be in 2 .. 8; got {bits}")
    if not 0.5 < offset < 1:  # Q(1) is infinite, Q(0.5) is the zero that is there already
        raise ValueError(f"offset must be between 0.5 and 1; got {offset}")

    # 2**bits is even and zero takes one level: the sides cannot be equal. The positive side has one more.
    half = 2 ** (bits - 1)

    # half + 1 points from offset to 0.5, without the last: Q(0.5) is 0, and zero is added once for both sides.
    positive = ndtri(np.linspace(offset, 0.5, half + 1)[:-1])
    negative = -ndtri(np.linspace(offset, 0.5, half)[:-1])

    # Both ends are the quantile of offset, so one division puts them on -1 and 1: the block's absmax does the rest.
    levels = np.sort([*negative, 0.0, *positive])
    return (levels / positive[0]).astype(np.float32)
