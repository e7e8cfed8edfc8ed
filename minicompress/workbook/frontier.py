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


def pareto(nbytes: Sequence[float], quality: Sequence[float]) -> np.ndarray:
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
    points: Sequence[Point], *, bars: tuple[float, float] | None = (9.1e6, 0.98), floor: float = 0.8
) -> Any:
    """Return a figure: megabytes (log) against the ratio of MRR@10 to float, with 95 % intervals and the front.

    Each point bears its number in the list beside it, which is ordered by size; ratios below ``floor`` are drawn at
    the lower edge, as triangles. ``bars`` are the bytes and the ratio that were asked for.
    """
    from minicompress.workbook import figures

    shown = sorted(points, key=lambda p: p.nbytes)
    front = pareto([p.nbytes for p in shown], [p.ratio.value for p in shown])
    fig, (ax, key) = figures.subplots(1, 2, width=11, height=max(4.6, 0.21 * len(shown) + 0.6), width_ratios=(2.2, 1))
    x, y = np.array([p.nbytes / 1e6 for p in shown]), np.array([p.ratio.value for p in shown])
    ax.step(x[front], np.maximum(y[front], floor), where="post", color=figures.GREEN, label="Pareto front", zorder=1)
    if bars is not None:
        ax.axvline(bars[0] / 1e6, color=figures.RED, linestyle="--", linewidth=1.1, label=f"{bars[0] / 1e6:g} MB")
        ax.axhline(bars[1], color=figures.ORANGE, linestyle="--", linewidth=1.1, label=f"ratio {bars[1]:g}")
    for i, p in enumerate(shown):
        colour = figures.BLUE if i in front else figures.GREY
        if y[i] >= floor:
            reach = [[y[i] - max(floor, p.ratio.low)], [p.ratio.high - y[i]]]
            ax.errorbar(x[i], y[i], yerr=reach, color=colour, fmt="o", capsize=2, elinewidth=1)
        else:
            ax.plot(x[i], floor, "v", color=colour, clip_on=False)
        place = (5, 3) if y[i] >= floor else (4, 6 + 9 * (i % 2))
        ax.annotate(str(i + 1), (x[i], max(y[i], floor)), place, textcoords="offset points", fontsize=8.5)
    top = max(1.03, max(p.ratio.high for p in shown) + 0.005)
    ax.set(xscale="log", xlabel="bytes on disk, MB", ylabel="MRR@10 / that of float32", ylim=(floor - 0.005, top))
    ticks = [t for t in (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 90) if 0.8 * x.min() < t < 1.2 * x.max()]
    ax.set_xticks(ticks, [str(t) for t in ticks])
    ax.minorticks_off()
    ax.legend(loc="lower right")
    key.axis("off")
    for i, p in enumerate(shown):
        line = f"{i + 1:2d}  {p.name:<24} {p.nbytes / 1e6:6.2f} MB  {p.ratio.value:.3f}"
        weight = "bold" if i in front else "normal"
        key.text(0, 1 - (i + 0.5) / max(22, len(shown)), line, family="DejaVu Sans Mono", fontsize=8, weight=weight, va="center")
    return fig
