"""How long a call takes: warmed up, repeated, and several calls measured in turns so that noise hits all alike."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["Latency", "compare_latency", "measure_latency"]


@dataclasses.dataclass(frozen=True)
class Latency:
    """Seconds for one call: the median, and the 10th and 90th percentile of all repeats."""

    median: float
    p10: float
    p90: float
    repeats: int


def compare_latency(
    calls: Mapping[str, Callable[[], Any]], *, seconds: float = 0.3, warm_up: int = 2, most: int = 200
) -> dict[str, Latency]:
    """Time each of ``calls`` for about ``seconds`` in all, one repeat of each in turn.

    Parameters
    ----------
    calls : mapping of str to function without arguments
    seconds : float
        Time for each call's repeats; at least three are made.
    warm_up : int
        Untimed calls before the first repeat: compilation, caches, lazy layouts.
    most : int
        Repeats of each at the most.
    """
    checks.real(seconds, "seconds", low=0, open_low=True)
    if not calls:
        raise ValueError("calls is empty: there is nothing to time")
    for call in calls.values():
        for _ in range(checks.integer(warm_up, "warm_up", low=0)):
            call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    budget = seconds * len(calls)
    start = time.perf_counter()
    rounds = 0
    while rounds < 3 or (rounds < most and time.perf_counter() - start < budget):
        for name, call in calls.items():
            before = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - before)
        rounds += 1
    return {name: _summary(values) for name, values in times.items()}


def measure_latency(call: Callable[[], Any], *, seconds: float = 0.3, warm_up: int = 2) -> Latency:
    """Time one function.

    >>> measure_latency(lambda: sum(range(1000)), seconds=0.01).median > 0
    True
    """
    return compare_latency({"call": call}, seconds=seconds, warm_up=warm_up)["call"]


def _summary(values: list[float]) -> Latency:
    p10, median, p90 = np.quantile(values, [0.1, 0.5, 0.9])
    return Latency(float(median), float(p10), float(p90), len(values))
