"""The roofline: no call is faster than its arithmetic at full speed, nor than its bytes at full bandwidth."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from minicompress import checks
from minicompress.evaluation.flops import Cost, linear_cost
from minicompress.evaluation.latency import measure_latency

__all__ = ["Machine", "RooflinePoint", "break_even_batch", "linear_roofline", "measure_machine"]


@dataclasses.dataclass(frozen=True)
class Machine:
    """A machine's two limits.

    Source: Williams, Waterman and Patterson 2009, doi:10.1145/1498765.1498785.

    Parameters
    ----------
    peak_flops : float
        FLOPs a second, one multiply-add being two.
    bandwidth : float
        Bytes a second between memory and the arithmetic units.

    Examples
    --------
    >>> machine = Machine(peak_flops=1e12, bandwidth=1e11)
    >>> machine.ridge, machine.attainable(2.0), machine.attainable(50.0)
    (10.0, 200000000000.0, 1000000000000.0)
    """

    peak_flops: float
    bandwidth: float

    def __post_init__(self) -> None:
        for name in ("peak_flops", "bandwidth"):
            object.__setattr__(self, name, checks.real(getattr(self, name), name, low=0, open_low=True))

    @property
    def ridge(self) -> float:
        """FLOPs a byte from which on arithmetic is the bound."""
        return self.peak_flops / self.bandwidth

    def attainable(self, intensity: float) -> float:
        """Return min(peak, intensity * bandwidth): FLOPs a second at ``intensity`` FLOPs a byte."""
        return min(self.peak_flops, checks.real(intensity, "intensity", low=0) * self.bandwidth)

    def seconds(self, cost: Cost) -> float:
        """Return max(FLOPs / peak, bytes / bandwidth): a lower bound, arithmetic and transfer at the same time."""
        return max(cost.flops / self.peak_flops, cost.bytes_moved / self.bandwidth)

    def bound(self, cost: Cost) -> str:
        """Return which limit ``cost`` meets: "memory" or "compute"."""
        return "memory" if cost.bytes_moved / self.bandwidth > cost.flops / self.peak_flops else "compute"


@dataclasses.dataclass(frozen=True)
class RooflinePoint:
    """A call on a machine: its cost, the FLOPs a second it can reach, the seconds it takes at least, and why."""

    cost: Cost
    attainable: float
    seconds: float
    bound: str


def linear_roofline(
    machine: Machine,
    batch: int,
    in_features: int,
    out_features: int,
    *,
    weight_bits: float = 16.0,
    activation_bits: float = 16.0,
) -> RooflinePoint:
    """Place a linear layer of ``batch`` rows under the roof.

    While memory is the bound, the time is that of reading the weights: fewer bits are as much faster, for any batch
    up to ``break_even_batch``. Beyond it they save nothing but room.

    >>> gpu = Machine(312e12, 2.039e12)    # A100 80 GB: dense float16 tensor cores, HBM2e
    >>> one, many = (linear_roofline(gpu, batch, 4096, 4096) for batch in (1, 4096))
    >>> one.bound, many.bound, round(linear_roofline(gpu, 1, 4096, 4096, weight_bits=4).seconds / one.seconds, 3)
    ('memory', 'compute', 0.25)
    """
    cost = linear_cost(batch, in_features, out_features, weight_bits=weight_bits, activation_bits=activation_bits)
    return RooflinePoint(cost, machine.attainable(cost.intensity), machine.seconds(cost), machine.bound(cost))


def break_even_batch(
    machine: Machine,
    in_features: int,
    out_features: int,
    *,
    weight_bits: float = 16.0,
    activation_bits: float = 16.0,
) -> float:
    """Return the batch b at which both limits meet: 2 b in out / peak = bytes(b) / bandwidth.

    Infinite where moving a row's activations alone takes longer than its arithmetic.

    >>> round(break_even_batch(Machine(312e12, 2.039e12), 4096, 4096), 1)
    165.4
    """
    one = linear_cost(1, in_features, out_features, weight_bits=weight_bits, activation_bits=activation_bits)
    row = (in_features + out_features) * activation_bits / 8
    gain = one.flops / machine.peak_flops - row / machine.bandwidth
    return (one.bytes_moved - row) / machine.bandwidth / gain if gain > 0 else math.inf


def measure_machine(*, size: int = 768, nbytes: int = 64_000_000, seconds: float = 0.3) -> Machine:
    """Measure this machine: float32 products of ``size`` x ``size`` by BLAS, and dot products of ``nbytes`` vectors.

    A dot product reads each of its two vectors once and writes nothing, as a layer at batch 1 reads its weights (a
    copy would also read every line that it writes over); ``nbytes`` must be well beyond the caches. The threads are
    those that BLAS uses. Both figures are what this program reaches, not a data sheet.

    >>> machine = measure_machine(size=64, nbytes=100_000, seconds=0.01)
    >>> machine.peak_flops > 1e6 and machine.bandwidth > 1e6
    True
    """
    side, count = checks.integer(size, "size", low=1), checks.integer(nbytes, "nbytes", low=8) // 4
    a, b = np.ones((side, side), np.float32), np.ones((side, side), np.float32)
    product = np.empty_like(a)
    left, right = np.ones(count, np.float32), np.ones(count, np.float32)
    matmul = measure_latency(lambda: np.matmul(a, b, out=product), seconds=seconds)
    reading = measure_latency(lambda: np.dot(left, right), seconds=seconds)
    return Machine(2.0 * side**3 / matmul.median, 8.0 * count / reading.median)
