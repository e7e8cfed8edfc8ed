"""Best times of several functions that compete for the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["best_times"]


def best_times(functions: list[Callable[[], object]], *, rounds: int, burst: float) -> list[float]:
    """Return the best time of one call of each function, in seconds.

    Each round gives every function a burst of calls in turn, so that all meet the same moments of a noisy machine. A
    burst, not one call: thread pools spin for a while after a call, and would take the next function's cores.
    """
    best = [float("inf")] * len(functions)
    for _ in range(rounds):
        for k, function in enumerate(functions):
            function()
            end = time.perf_counter() + burst
            while True:
                begin = time.perf_counter()
                function()
                now = time.perf_counter()
                best[k] = min(best[k], now - begin)
                if now >= end:
                    break
    return best
