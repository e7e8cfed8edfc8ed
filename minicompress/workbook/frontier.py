"""Recipes by size and quality: the measured frontier of all-MiniLM-L6-v2 that ships, its front, and its figure.

``python -m benchmarks minilm --frontier --json FILE`` measures it; ``minilm_frontier.json`` beside this file is one of
those. For each recipe it holds the rank of the right document of every query, so that any two can be compared.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.evaluation import Interval
from minicompress.evaluation.retrieval import bootstrap_ratio, reciprocal_ranks

__all__ = ["Frontier", "Point", "decode_ranks", "draw_frontier", "encode_ranks", "load_frontier", "pareto"]

_SHIPPED = Path(__file__).with_name("minilm_frontier.json")
_DIGITS = "-123456789A"  # a character a query: the rank, or "-" beyond 10
BASELINE = "float32"


def encode_ranks(ranks: Sequence[int] | np.ndarray) -> str:
    """Write ranks as one character each, those beyond 10 as "-": they count 0 in MRR@10.

    >>> encode_ranks([1, 10, 11])
    '1A-'
    """
    found = checks.int_array(ranks, "ranks", ndim=1, low=1)
    return "".join(_DIGITS[r] if r < len(_DIGITS) else "-" for r in found)


def decode_ranks(text: str) -> np.ndarray:
    """Return the reciprocal ranks (n,) that :func:`encode_ranks` wrote.

    >>> decode_ranks("1A-")
    array([1. , 0.1, 0. ])
    """
    strange = set(text) - set(_DIGITS)
    if strange or not text:
        raise ValueError(f"text must be ranks written as {_DIGITS!r}; got {sorted(strange) or 'an empty text'}")
    return reciprocal_ranks([_DIGITS.index(c) or len(_DIGITS) for c in text])


@dataclasses.dataclass(frozen=True, eq=False)
class Point:
    """One recipe: bytes on disk, reciprocal ranks (n,) of its queries, and their mean's ratio to the float model's."""

    name: str
    nbytes: int
    reciprocal: np.ndarray
    ratio: Interval
    measured: dict[str, Any]

    @property
    def mrr(self) -> float:
        """Mean reciprocal rank within the first ten."""
        return float(self.reciprocal.mean())


@dataclasses.dataclass(frozen=True, eq=False)
class Frontier:
    """Points by name, the float model's first; ``provenance`` says how they were measured, and on what."""

    points: dict[str, Point]
    provenance: dict[str, Any]


def load_frontier(path: str | os.PathLike[str] | None = None) -> Frontier:
    """Read the frontier in ``path``, or the one that ships; the intervals are computed anew, with seed 0.

    Raises
    ------
    ValueError
        If the file is no frontier, or the recipes were not measured on as many queries.
    """
    return _read(_SHIPPED if path is None else Path(path))


@lru_cache(maxsize=4)
def _read(path: Path) -> Frontier:
    content = json.loads(path.read_text("utf-8"))
    try:
        rows, provenance = content["recipes"], content["provenance"]
        base = decode_ranks(rows[BASELINE]["ranks"])
        points = {}
        for name, row in rows.items():
            reciprocal = decode_ranks(row["ranks"])
            ratio = bootstrap_ratio(reciprocal, base, rng=np.random.default_rng(0))
            rest = {key: value for key, value in row.items() if key not in ("nbytes", "ranks")}
            points[name] = Point(name, int(row["nbytes"]), reciprocal, ratio, rest)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is no frontier as `python -m benchmarks minilm --frontier` writes: {error}"
        ) from error
    return Frontier(points, provenance)


def pareto(nbytes: Sequence[float] | np.ndarray, quality: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return the indices of what nothing else is both at most as large and at least as good as, the smallest first.

    Of several that are equal in both, the first alone.

    >>> pareto([4, 1, 2, 3], [0.9, 0.5, 0.8, 0.7])
    array([1, 2, 0])
    """
    size = checks.float_array(nbytes, "nbytes", ndim=1, dtype=np.float64)
    good = checks.float_array(quality, "quality", shape=size.shape, dtype=np.float64)
    order = np.lexsort((np.arange(len(size)), -good, size))
    best = np.maximum.accumulate(np.concatenate([[-np.inf], good[order][:-1]]))
    return order[good[order] > best]


def draw_frontier(
    points: Sequence[Point], *, bars: tuple[float, float] | None = (9.1e6, 0.98), floor: float = 0.85
) -> Any:
    """Return a figure: megabytes (log) against the ratio of MRR@10 to float, with 95 % intervals and the front.

    Each point bears its number in the list beside it, which is ordered by size; ratios below ``floor`` are drawn at
    the lower edge, as triangles. ``bars`` are the bytes and the ratio that were asked for.
    """
    from minicompress.workbook import figures

    shown = sorted(points, key=lambda p: p.nbytes)
    x, y = np.array([p.nbytes / 1e6 for p in shown]), np.array([p.ratio.value for p in shown])
    front = pareto(x, y)
    fig, (ax, key) = figures.subplots(1, 2, width=11, height=max(4.8, 0.2 * len(shown)), width_ratios=(2.3, 1))
    ax.step(x[front], np.maximum(y[front], floor), where="post", color=figures.GREEN, label="Pareto front", zorder=1)
    if bars is not None:
        ax.axvline(bars[0] / 1e6, color=figures.RED, linestyle="--", linewidth=1.1, label=f"{bars[0] / 1e6:g} MB")
        ax.axhline(bars[1], color=figures.ORANGE, linestyle="--", linewidth=1.1, label=f"ratio {bars[1]:g}")
    for i, p in enumerate(shown):
        colour = figures.BLUE if i in front else figures.GREY
        if y[i] >= floor:
            reach = [[y[i] - max(floor, p.ratio.low)], [p.ratio.high - y[i]]]
            ax.errorbar(x[i], y[i], yerr=reach, color=colour, fmt="o", capsize=2, elinewidth=0.8, markersize=4.5)
        else:
            ax.plot(x[i], floor, "v", color=colour, clip_on=False)
    top = max(1.03, max(p.ratio.high for p in shown) + 0.005)
    ax.set(xscale="log", xlabel="bytes on disk, MB", ylabel="MRR@10 / that of float32", ylim=(floor - 0.003, top))
    ticks = [t for t in (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, 50, 90) if 0.8 * x.min() < t < 1.2 * x.max()]
    ax.set_xticks(ticks, [str(t) for t in ticks])
    ax.minorticks_off()
    ax.legend(loc="lower right", bbox_to_anchor=(1, 0.1))  # above the triangles
    _number(ax, x, np.maximum(y, floor))
    key.axis("off")
    for i, p in enumerate(shown):
        line = f"{i + 1:2d}  {p.name:<18} {p.nbytes / 1e6:6.2f} MB  {p.ratio.value:.3f}"
        weight = "bold" if i in front else "normal"
        place = 1 - (i + 0.5) / max(22, len(shown))
        key.text(0, place, line, family="DejaVu Sans Mono", fontsize=8, weight=weight, va="center")
    return fig


def _number(ax: Any, x: np.ndarray, y: np.ndarray) -> None:
    """Write 1, 2, ... beside the points, each at the nearest place where it hides no point and no other number."""
    width, height = 480.0, 300.0  # of the axes, in points, about
    left, right = np.log(ax.get_xlim())
    low, high = ax.get_ylim()
    spots = np.stack([(np.log(x) - left) / (right - left) * width, (y - low) / (high - low) * height], axis=1)
    taken = [tuple(spot) for spot in spots]
    ring = [
        (r * np.cos(t), r * np.sin(t)) for r in (9, 13, 18, 24, 30) for t in np.pi * np.array([0.2, 0.8, -0.2, -0.8])
    ]
    for i, (px, py) in enumerate(spots):
        free = ((dx, dy) for dx, dy in ring if py + dy > 3 and _clear(px + dx, py + dy, taken))
        dx, dy = next(free, ring[0])
        taken.append((px + dx, py + dy))
        ax.annotate(
            str(i + 1), (x[i], y[i]), (dx, dy), textcoords="offset points", fontsize=8, ha="center", va="center"
        )


def _clear(px: float, py: float, taken: Sequence[tuple[float, float]]) -> bool:
    return all(abs(px - ox) > 9 or abs(py - oy) > 8 for ox, oy in taken)
