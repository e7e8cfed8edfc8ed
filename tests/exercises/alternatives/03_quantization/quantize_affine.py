"""Right answers to quantize_affine in other styles; each must pass."""

import math

import numpy as np


def plain_python(x, scale, zero_point, *, bits=8, signed=False):
    """One number at a time; Python integers cannot overflow, so the clamp may follow the rounding."""
    shift = 1 << (bits - 1) if signed else 0
    low, high = -shift, (1 << bits) - 1 - shift if bits > 0 else 0
    values = [float(v) for v in x.ravel()]
    if bits not in range(2, 9) or not (math.isfinite(scale) and scale > 0):
        raise ValueError("bits or scale")
    if zero_point < low or zero_point > high or not all(map(math.isfinite, values)):
        raise ValueError("zero_point or x")
    out = np.empty(x.shape, np.int8 if signed else np.uint8)
    for index, v in zip(np.ndindex(x.shape), values, strict=True):
        out[index] = max(low, min(high, round(v / scale) + zero_point))
    return out


def float32_style(x, scale, zero_point, *, bits=8, signed=False):
    """Single precision; the real ends of the grid are clamped first, as a kernel does it."""
    dtype = np.dtype(np.int8 if signed else np.uint8)
    if not 2 <= bits <= 8:
        raise ValueError("bits")
    unused = 8 - bits
    low, high = np.iinfo(dtype).min >> unused, np.iinfo(dtype).max >> unused
    if np.isnan(scale) or scale <= 0 or np.isinf(scale) or zero_point not in range(low, high + 1):
        raise ValueError("scale or zero_point")
    if np.isnan(x).any() or np.isinf(x).any():
        raise ValueError("x")
    steps = np.round(x.astype(np.float32) / np.float32(scale))
    return (np.minimum(np.maximum(steps, low - zero_point), high - zero_point) + zero_point).astype(dtype)


def searches_the_grid(x, scale, zero_point, *, bits=8, signed=False):
    """The nearest of the grid's real values; where two are equally near, the one an even number of steps from 0."""
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    if bits < 2 or bits > 8 or not 0 < scale < float("inf") or not low <= zero_point <= high:
        raise ValueError("an option")
    if not np.isfinite(x).all():
        raise ValueError("x")
    codes = np.arange(low, high + 1)
    even_first = codes[np.argsort((codes - zero_point) % 2, kind="stable")]  # argmin takes the first of equals
    # Beyond the ends every distance looks alike at 1e30: bring x near the grid before measuring.
    steps = np.clip(x.astype(np.float64) / scale, low - zero_point - 1, high - zero_point + 1)
    distance = np.abs(steps[..., None] - (even_first - zero_point))
    return even_first[distance.argmin(axis=-1)].astype(np.int8 if signed else np.uint8)
