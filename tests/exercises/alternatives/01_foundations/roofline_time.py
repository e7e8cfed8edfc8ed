"""Right answers to roofline_time in other styles; each must pass."""

from fractions import Fraction

import numpy as np


def two_times(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """The slower of two times, then the rate that follows from it."""
    for number in (out_features, in_features, batch, weight_bits, activation_bits, peak, bandwidth):
        if not number > 0:
            raise ValueError("must be above 0")
    flops = 2 * out_features * in_features * batch
    bits = out_features * in_features * weight_bits
    bits += (in_features + out_features) * batch * activation_bits
    computing, moving = flops / peak, bits / 8 / bandwidth
    seconds = max(computing, moving)
    return flops / (bits / 8), flops / seconds, seconds, "compute" if computing >= moving else "memory"


def numpy_scalars(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """float64 scalars of NumPy."""
    numbers = np.array([out_features, in_features, batch, weight_bits, activation_bits, peak, bandwidth], np.float64)
    if np.any(numbers <= 0):
        raise ValueError("must be above 0")
    o, i, b, w, a, p, bw = numbers
    intensity = 16 * b * o * i / (o * i * w + b * o * a + b * i * a)
    rate = np.minimum(p, intensity * bw)
    return intensity, rate, 2 * b * o * i / rate, str(np.where(intensity * bw < p, "memory", "compute"))


def rational(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """Exact until the end."""
    given = (out_features, in_features, batch, weight_bits, activation_bits, peak, bandwidth)
    o, i, b, w, a, p, bw = (Fraction(v) for v in given)
    if any(v <= 0 for v in (o, i, b, w, a, p, bw)):
        raise ValueError("must be above 0")
    flops, moved = 2 * b * o * i, (o * i * w + b * (o + i) * a) / 8
    rate = min(p, flops / moved * bw)
    return float(flops / moved), float(rate), float(flops / rate), "memory" if flops * bw < p * moved else "compute"
