"""Right answers to speed_nf4_dequantize in other styles; each must pass."""

import numba
import numpy as np


@numba.njit
def _value_by_value(packed, absmax, levels, size):
    out = np.empty(2 * packed.size, np.float32)
    for i in range(out.size):
        byte = np.int64(packed[i // 2])
        out[i] = levels[byte & 15 if i % 2 else byte >> 4] * absmax[i // size]
    return out


def numpy_look_up(packed, absmax, levels):
    """No kernel: a table of pairs, one row for each of the 256 bytes."""
    if len(levels) != 16 or (2 * packed.size) % (2 * absmax.size) != 0:
        raise ValueError("sizes")
    byte = np.arange(256)
    pairs = np.stack([levels[byte // 16], levels[byte % 16]], axis=1)
    return pairs[packed].reshape(-1) * np.repeat(absmax, 2 * packed.size // absmax.size)


def numba_straight(packed, absmax, levels):
    """One product per value, compiled, without a table per block."""
    if levels.shape != (16,) or packed.size % absmax.size:
        raise ValueError("sizes")
    return _value_by_value(packed, absmax, levels, max(1, 2 * packed.size // absmax.size))


def in_double(packed, absmax, levels):
    """Double precision, block by block, rounded at the end."""
    if levels.size != 16 or packed.size % absmax.size:
        raise ValueError("sizes")
    codes = np.empty(2 * packed.size, np.intp)
    codes[::2], codes[1::2] = np.divmod(packed, 16)
    blocks = levels.astype(np.float64)[codes].reshape(absmax.size, 2 * packed.size // absmax.size)
    return (blocks * absmax[:, None]).ravel().astype(np.float32)
