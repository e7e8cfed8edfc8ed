"""Right answers to mx_block_quantize in other styles; each must pass."""

import numpy as np


def thresholds(x):
    """Seven thresholds in place of rounding: the side a tie falls on is chosen for each."""
    if x.ndim != 2 or x.shape[1] == 0 or x.shape[1] % 32:
        raise ValueError("x")
    blocks = np.asarray(x, np.float64).reshape(x.shape[0], -1, 32)
    largest = abs(blocks).max(-1)
    e = np.frexp(largest)[1].astype(int) - 3
    e[(largest == 0) | (e < -127)] = -127
    v = abs(blocks) * 2.0 ** (-e)[:, :, None]
    code = (v > 0.25) + 0 + (v >= 0.75) + (v > 1.25) + (v >= 1.75) + (v > 2.5) + (v >= 3.5) + (v > 5)
    elements = np.copysign(np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6], np.float32)[code], blocks)
    return e.astype(np.int8), elements.reshape(x.shape).astype(np.float32)


def loops(x):
    """Block by block in Python, the exponent found by doubling."""
    if x.ndim != 2 or not x.shape[1] or x.shape[1] % 32:
        raise ValueError("x")
    rows, groups = x.shape[0], x.shape[1] // 32
    exponents, elements = np.zeros((rows, groups), np.int8), np.zeros(x.shape, np.float32)
    for i in range(rows):
        for b in range(groups):
            block = [float(v) for v in x[i, 32 * b : 32 * (b + 1)]]
            m, e = max(abs(v) for v in block), -127
            while m >= 2.0 ** (e + 3):
                e += 1
            exponents[i, b] = e
            for k, value in enumerate(block):
                v = abs(value) / 2.0**e
                step = 0.5 if v < 2 else 1 if v < 4 else 2
                v = min(round(v / step) * step, 6)
                elements[i, 32 * b + k] = v if value >= 0 else -v
    return exponents, elements
