"""Reference answer: a packed int4 matrix times a vector, unpacked on the way."""

import numba
import numpy as np


@numba.njit(fastmath=True)
def _rows(packed, scale, even, odd, y):
    """Add to ``y`` the product of each row, group by group."""
    half = packed.shape[1] // scale.shape[1]  # bytes in a group
    for i in range(packed.shape[0]):
        for g in range(scale.shape[1]):
            # A float32 sum that may be reordered (fastmath) becomes a vector of sums: several weights a cycle.
            total = np.float32(0)
            for k in range(g * half, (g + 1) * half):
                low = np.int32(packed[i, k] & 15) - np.int32(8)
                high = np.int32(packed[i, k] >> 4) - np.int32(8)
                total += np.float32(low) * even[k] + np.float32(high) * odd[k]
            y[i] += scale[i, g] * total  # the scale is common to the group: once, not once per weight


def speed_int4_matvec(packed: np.ndarray, scale: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the float32 product (out,) of the packed int4 matrix and ``x``."""
    # A kernel checks nothing: with a wrong shape it would read past the end of an array. So check here, once.
    if x.size != 2 * packed.shape[1]:
        raise ValueError(f"x must have {2 * packed.shape[1]} elements; got {x.size}")
    if len(scale) != len(packed):
        raise ValueError(f"scale must have {len(packed)} rows; got {len(scale)}")
    if x.size % (2 * scale.shape[1]):
        raise ValueError(f"2 * {scale.shape[1]} groups must divide {x.size} inputs")

    # Low nibbles meet the even inputs, high nibbles the odd ones. Two copies with stride 1 let it load whole vectors.
    y = np.zeros(len(packed), np.float32)
    _rows(packed, scale, x[0::2].copy(), x[1::2].copy(), y)
    return y
