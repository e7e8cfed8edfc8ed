"""What a layer costs: multiply-adds and bytes moved. One multiply-add counts as two FLOPs."""

from __future__ import annotations

import dataclasses

from minicompress import checks

__all__ = ["Cost", "attention_cost", "conv1d_cost", "linear_cost", "separable_conv_cost"]


@dataclasses.dataclass(frozen=True)
class Cost:
    """FLOPs of a call, and the bytes that it must move at least: weights, inputs and outputs once each."""

    flops: float
    bytes_moved: float

    @property
    def intensity(self) -> float:
        """FLOPs for each byte: against the machine's own ratio, this says whether memory or arithmetic is the bound."""
        return self.flops / self.bytes_moved

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.flops + other.flops, self.bytes_moved + other.bytes_moved)


def linear_cost(
    rows: int, in_features: int, out_features: int, *, weight_bits: float = 32.0, activation_bits: float = 32.0
) -> Cost:
    """Y = X W^T for ``rows`` rows of X: 2 rows in out FLOPs.

    >>> linear_cost(1, 1024, 1024).intensity < 0.5 < 30 < linear_cost(128, 1024, 1024).intensity
    True
    """
    n, i, o = (checks.integer(v, k, low=1) for v, k in ((rows, "rows"), (in_features, "in"), (out_features, "out")))
    for bits, name in ((weight_bits, "weight_bits"), (activation_bits, "activation_bits")):
        checks.real(bits, name, low=0, open_low=True)
    moved = (i * o * weight_bits + n * (i + o) * activation_bits) / 8
    return Cost(2.0 * n * i * o, moved)


def conv1d_cost(
    positions: int, in_channels: int, out_channels: int, width: int, *, groups: int = 1, weight_bits: float = 32.0
) -> Cost:
    """A one-dimensional convolution at ``positions`` output positions: 2 positions (in / groups) out width FLOPs."""
    sizes = {"positions": positions, "in_channels": in_channels, "out_channels": out_channels, "width": width}
    for name, value in {**sizes, "groups": groups}.items():
        checks.integer(value, name, low=1)
    checks.real(weight_bits, "weight_bits", low=0, open_low=True)
    if in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels} channels; got {groups}")
    weights = in_channels // groups * out_channels * width
    moved = weights * weight_bits / 8 + 4 * positions * (in_channels + out_channels)
    return Cost(2.0 * positions * weights, moved)


def separable_conv_cost(
    positions: int, in_channels: int, out_channels: int, width: int, *, multiplier: int = 1, weight_bits: float = 32.0
) -> Cost:
    """A depthwise convolution, ``multiplier`` filters of ``width`` taps a channel, and a 1x1 convolution behind it.

    Against a plain convolution it takes multiplier (1 / out + 1 / width) of the FLOPs and of the weights; ``width`` is
    k for one dimension, k * k for an image. What lies between the two is written and read once more.
    Source: Howard et al. 2017, arXiv:1704.04861, section 3.1.

    >>> separable_conv_cost(100, 64, 128, 9).flops / conv1d_cost(100, 64, 128, 9).flops == 1 / 128 + 1 / 9
    True
    """
    inner = checks.integer(in_channels, "in_channels", low=1) * checks.integer(multiplier, "multiplier", low=1)
    depthwise = conv1d_cost(positions, in_channels, inner, width, groups=in_channels, weight_bits=weight_bits)
    return depthwise + conv1d_cost(positions, inner, out_channels, 1, weight_bits=weight_bits)


def attention_cost(length: int, width: int, *, context: int | None = None) -> Cost:
    """Scores and weighted sums of one attention layer, projections apart: 4 length context width FLOPs."""
    length, width = checks.integer(length, "length", low=1), checks.integer(width, "width", low=1)
    seen = length if context is None else checks.integer(context, "context", low=1)
    return Cost(4.0 * length * seen * width, 4.0 * (2 * length + 2 * seen) * width)
