"""Right answers to separable_cost_ratio in other styles; each must pass."""

import math
from fractions import Fraction

import numpy as np


def layer_by_layer(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """A list of layers for each side: (inputs per output, outputs, taps, stride)."""
    if any(v < 1 for v in (in_channels, out_channels, kernel, length, stride)):
        raise ValueError("sizes")
    strides = {"depthwise": (stride, 1), "pointwise": (1, stride)}.get(strided)
    if strides is None:
        raise ValueError("strided")

    def cost(layers):
        parameters = products = 0
        places = length
        for fan, out, taps, step in layers:
            places = math.ceil(places / step)
            parameters += out * (fan * taps + 1)
            products += places * out * fan * taps
        return parameters, products

    full = cost([(in_channels, out_channels, kernel, stride)])
    small = cost([(1, in_channels, kernel, strides[0]), (in_channels, out_channels, 1, strides[1])])
    return float(Fraction(small[0], full[0])), float(Fraction(small[1], full[1]))


def algebra(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """The ratios written as sums of unit fractions; NumPy scalars."""
    if not all(v >= 1 for v in (in_channels, out_channels, kernel, length, stride)):
        raise ValueError("sizes")
    if strided != "depthwise" and strided != "pointwise":
        raise ValueError("strided")
    i, o, k = np.float64(in_channels), np.float64(out_channels), np.float64(kernel)
    waste = length / np.ceil(length / stride) if strided == "pointwise" else 1.0
    return (i * (k + 1) / o + i + 1) / (i * k + 1), waste / o + 1 / k
