"""Learning rates that change with the step."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

from minicompress.checks import integer, real

Schedule = Callable[[int], float]


def cosine_schedule(*, peak: float, steps: int, warmup: int = 0, floor: float = 0.0) -> Schedule:
    """Return ``lr(step)``: linear from ``peak / warmup`` up to ``peak``, then half a cosine down to ``floor``.

    ``lr = floor + (peak - floor) (1 + cos(pi t)) / 2``, ``t`` from 0 at the end of the warm-up to 1 at step
    ``steps``; it stays at ``floor`` after that. Steps count from 0. Source: Loshchilov and Hutter,
    arXiv:1608.03983.

    >>> lr = cosine_schedule(peak=1.0, steps=10, warmup=2)
    >>> [lr(0), lr(1), lr(2), round(lr(6), 3), lr(10)]
    [0.5, 1.0, 1.0, 0.5, 0.0]
    """
    top, low = real(peak, "peak", low=0), real(floor, "floor", low=0)
    total = integer(steps, "steps", low=1)
    rise = integer(warmup, "warmup", low=0, high=total - 1)

    def lr(step: int) -> float:
        if step < rise:
            return top * (step + 1) / rise
        t = min((step - rise) / (total - rise), 1.0)
        return low + (top - low) * (1 + cos(pi * t)) / 2

    return lr
