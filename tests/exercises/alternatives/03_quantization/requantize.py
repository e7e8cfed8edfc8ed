"""Right answers to requantize in other styles; each must pass."""

import numpy as np


def python_integers(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """One accumulator at a time; Python integers have no limit."""
    channels = acc.shape[-1]
    factors = [int(v) for v in np.broadcast_to(mantissa, channels)]
    shifts = [int(v) for v in np.broadcast_to(shift, channels)]
    if not all(1 <= n <= 62 for n in shifts) or qmin > qmax:
        raise ValueError("shift or grid")
    out = np.empty(acc.shape, np.int32)
    for index in np.ndindex(acc.shape):
        m, n = factors[index[-1]], shifts[index[-1]]
        y = (int(acc[index]) * m + (1 << (n - 1)) >> n) + zero_point
        out[index] = max(qmin, min(qmax, y))
    return out


def floor_division(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """floor((2 v + 1) / 2): shift by one bit less, add one, shift once more."""
    n = np.array(shift, dtype=np.int64)
    if np.any(n < 1) or np.any(n > 62) or qmin > qmax:
        raise ValueError("shift or grid")
    product = np.multiply(acc, np.array(mantissa, dtype=np.int64), dtype=np.int64)
    twice = product >> (n - 1)
    y = (twice + 1) // 2 + zero_point
    return np.minimum(np.maximum(y, qmin), qmax).astype("int32")


def quotient_and_last_bit(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """A plain shift, plus the bit that was shifted out last."""
    n = np.asarray(shift).astype(np.int64)
    if ((n < 1) | (n > 62)).any() or qmax < qmin:
        raise ValueError("shift or grid")
    product = acc.astype(np.int64) * np.asarray(mantissa).astype(np.int64)
    y = (product >> n) + ((product >> (n - 1)) & 1)
    y += zero_point
    y[y < qmin] = qmin
    y[y > qmax] = qmax
    return y.astype(np.int32)


def object_arrays(acc, mantissa, shift, *, zero_point, qmin, qmax):
    """Python integers inside NumPy arrays."""
    n = np.asarray(shift).astype(object)
    if np.any(n < 1) or np.any(n > 62) or qmin > qmax:
        raise ValueError("shift or grid")
    y = (2 * acc.astype(object) * np.asarray(mantissa).astype(object) + 2**n) // 2 ** (n + 1) + zero_point
    return np.clip(y, qmin, qmax).astype(np.int32)
