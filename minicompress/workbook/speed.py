"""Speed exercises: after the answer is right, how much faster is it than a baseline, and what limits it?

A prompt states ``Speed: baseline=numpy_int4_matvec | Bronze: 1x | Silver: 4x | Gold: 10x``; the baselines are in
`minicompress.workbook.baselines`. Both run in the learner's process, in turns, and the best time of each counts. The
tier is information: right or wrong alone decides whether a test passes, so a busy machine fails nobody.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from minicompress.workbook import baselines

_LINE = re.compile(
    r"^Speed: baseline=(?P<baseline>\w+) \| Bronze: (?P<bronze>[\d.]+)x \| Silver: (?P<silver>[\d.]+)x "
    r"\| Gold: (?P<gold>[\d.]+)x$",
    re.MULTILINE,
)
_SECONDS = 0.8  # of measuring, for both together
_BATCH = 0.003  # of one turn: long against the clock and the scheduler
_ROUNDS = 40
_QUIET = 0.9  # share of the time that the process had a core to itself


@dataclass(frozen=True)
class Target:
    """What a prompt's ``Speed:`` line says: the baseline and the ratio that each tier asks for."""

    baseline: str
    tiers: dict[str, float]

    def tier(self, ratio: float) -> str:
        """Return the best tier that ``ratio`` reaches, empty where it reaches none.

        >>> Target("numpy_int4_matvec", {"bronze": 1, "silver": 4, "gold": 10}).tier(5.0)
        'silver'
        """
        return next((name for name in ("gold", "silver", "bronze") if ratio >= self.tiers[name]), "")


def target(prompt: str) -> Target | None:
    """Return what the ``Speed:`` line of a prompt says; ``None`` where it has none.

    Raises
    ------
    ValueError
        If the baseline is unknown, or the tiers do not rise.
    """
    found = _LINE.search(prompt)
    if found is None:
        return None
    tiers = {name: float(found[name]) for name in ("bronze", "silver", "gold")}
    if not callable(getattr(baselines, found["baseline"], None)):
        raise ValueError(f"baseline must be a function of minicompress.workbook.baselines; got {found['baseline']!r}")
    if not 0 < tiers["bronze"] < tiers["silver"] < tiers["gold"]:
        raise ValueError(f"the tiers must rise: {tiers}")
    return Target(found["baseline"], tiers)


def enabled() -> bool:
    """Whether speed is measured: ``MINICOMPRESS_SPEED=0`` turns it off."""
    return os.environ.get("MINICOMPRESS_SPEED") != "0"


def measure(exercise: Any, grader: str, *args: Any, operations: float, traffic: float, **kwargs: Any) -> None:
    """Race the learner's function against the baseline of the prompt beside ``grader`` and note the tier.

    Call it when the answer for the same arguments has been checked. ``operations`` counts additions and
    multiplications, ``traffic`` the bytes that must be read and written once.
    """
    from minicompress.workbook.discover import Exercise

    if not enabled():
        return
    path = Path(grader)
    record = Exercise(path.stem.removeprefix("test_"), path.parent.name, path.resolve().parents[2])
    wanted = target(record.stub)
    if wanted is None:
        raise ValueError(f"the prompt of {record.name} has no line 'Speed: baseline=...'")
    times = exercise.timed(wanted.baseline, args, kwargs, traffic)
    ratio = times["baseline"] / times["own"]
    tier = wanted.tier(ratio)
    exercise.session.tier = tier
    busy = "; the machine was busy, measure again when it is quiet" if times["share"] < _QUIET else ""
    exercise.session.note = f"{standing(ratio, wanted)}; {limit(times, operations, traffic)}{busy}"


def standing(ratio: float, wanted: Target) -> str:
    """Return the tier in words, and what the next one asks for."""
    tier = wanted.tier(ratio)
    higher = [
        f"{name} from {wanted.tiers[name]:g}x" for name in ("bronze", "silver", "gold") if wanted.tiers[name] > ratio
    ]
    after = f" ({higher[0]})" if higher else ""
    return f"{tier or 'no tier yet'}: {ratio:.2g}x the speed of {wanted.baseline}{after}"


def limit(times: dict[str, float], operations: float, traffic: float) -> str:
    """Say what holds the function back: memory, arithmetic, or its own inner loop."""
    own = times["own"]
    memory, arithmetic = traffic / own / times["copy"], operations / own / times["peak"]
    rates = (
        f"{traffic / own / 1e9:.1f} GB/s, {memory:.0%} of a plain copy of as many bytes, and "
        f"{operations / own / 1e9:.1f} Gop/s, {arithmetic:.0%} of a small matrix product"
    )
    if max(memory, arithmetic) < 0.5:
        return f"limited by its inner loop, not by the machine: {rates}"
    return f"limited by {'memory traffic' if memory >= arithmetic else 'arithmetic'}: {rates}"


def race(function: Callable[..., Any], name: str, args: Any, kwargs: Any, traffic: float) -> dict[str, float]:
    """Return the best seconds of both, and what the machine does: bytes/s of a copy, operations/s of a product."""
    runners = {"baseline": getattr(baselines, name), "own": function}
    counts = {}
    for key, run in runners.items():
        run(*args, **kwargs)  # compile, warm up
        counts[key] = max(1, int(_BATCH / max(_seconds(run, args, kwargs, 1), 1e-7)))
    best = dict.fromkeys(runners, float("inf"))
    started, used = time.perf_counter(), time.process_time()
    for turn in range(_ROUNDS):
        for key, run in runners.items():
            best[key] = min(best[key], _seconds(run, args, kwargs, counts[key]))
        if time.perf_counter() > started + _SECONDS and turn >= 2:
            break
    share = (time.process_time() - used) / (time.perf_counter() - started)
    source = np.ones(max(1, int(traffic) // 2), np.uint8)  # a copy reads and writes: as many bytes in all
    square = np.ones((64, 64), np.float32)
    copy = min(_seconds(np.copy, (source,), {}, 3) for _ in range(7))
    dot = min(_seconds(np.dot, (square, square), {}, 50) for _ in range(7))
    return {**best, "copy": traffic / copy, "peak": 2 * 64**3 / dot, "share": share}


def _seconds(run: Callable[..., Any], args: Any, kwargs: Any, count: int) -> float:
    started = time.perf_counter()
    for _ in range(count):
        run(*args, **kwargs)
    return (time.perf_counter() - started) / count
