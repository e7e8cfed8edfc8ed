"""The report of a compression as a figure: where the bytes went, and how far each layer's outputs moved."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minicompress.storage import atomic_path

if TYPE_CHECKING:
    from minicompress.pipeline.report import Report

__all__ = ["SUFFIXES", "Group", "check_suffix", "draw_report", "error_lines", "groups", "write_figure"]

#: Endings of ``--report`` that ask for a figure.
SUFFIXES = (".png", ".svg")

_VECTORS = "vectors"
_REST = "all others"


@dataclasses.dataclass(frozen=True)
class Group:
    """Tensors whose names differ in numbers alone: how many they are, and their bytes before and after."""

    name: str
    count: int
    original_nbytes: int
    nbytes: int


def check_suffix(path: Path) -> None:
    """Raise before any work is done if a report cannot be written to ``path``: its ending, or Matplotlib, is amiss."""
    if path.suffix not in (".md", ".json", *SUFFIXES):
        raise ValueError(f"--report must end in .md, .json, .png or .svg; got {path}")
    if path.suffix in SUFFIXES and importlib.util.find_spec("matplotlib") is None:
        raise ImportError("a figure of the report needs Matplotlib: pip install 'minicompress[study]'")


def groups(report: Report, *, most: int = 10) -> list[Group]:
    """Sum the rows of a report by kind, the largest before compression first; vectors are one.

    Beyond ``most`` groups the smallest are summed into one. Every byte of the rows is in exactly one group.
    """
    sums: dict[str, list[int]] = {}
    for row in report.rows:
        found = sums.setdefault(_VECTORS if len(row.shape) < 2 else _kind(row.name), [0, 0, 0])
        for i, value in enumerate((1, row.original_nbytes, row.nbytes)):
            found[i] += value
    ordered = sorted((Group(name, *values) for name, values in sums.items()), key=lambda g: -g.original_nbytes)
    if len(ordered) <= most:
        return ordered
    rest = ordered[most - 1 :]
    total = Group(_REST, sum(g.count for g in rest), sum(g.original_nbytes for g in rest), sum(g.nbytes for g in rest))
    return [*ordered[: most - 1], total]


def error_lines(errors: Mapping[str, float]) -> dict[str, dict[int, float]]:
    """Sort errors by kind, and by the first number in the name: {kind: {layer: error}}; a name without one is layer 0.

    >>> error_lines({"layer.0.up.weight": 0.1, "layer.1.up.weight": 0.2})
    {'layer.*.up.weight': {0: 0.1, 1: 0.2}}
    """
    lines: dict[str, dict[int, float]] = {}
    for name, error in errors.items():
        number = re.search(r"(?<![^.])\d+(?![^.])", name)
        lines.setdefault(_kind(name), {})[int(number[0]) if number else 0] = error
    return lines


def _kind(name: str) -> str:
    return re.sub(r"(?<![^.])\d+(?![^.])", "*", name)


def draw_report(report: Report, output_errors: Mapping[str, float] | None = None) -> Any:
    """Return a Matplotlib figure: bytes of each group before and after; the errors of each layer.

    Without ``output_errors`` (of a checkpoint that cannot be run) the errors of the weights are drawn.
    """
    from minicompress.workbook import figures

    shown = groups(report)
    height = 1.6 + 0.42 * len(shown)
    fig, (left, right) = figures.subplots(1, 2, width=12.5, height=height, width_ratios=(1, 1.05))
    _draw_bytes(left, report, shown)
    weights = {row.name: row.relative_error for row in report.rows if not row.reason}
    _draw_errors(right, output_errors or weights, "outputs" if output_errors else "weights")
    return fig


def _draw_bytes(ax: Any, report: Report, shown: list[Group]) -> None:
    from minicompress.workbook import figures

    places = range(len(shown))
    unit, scale = ("MB", 1e6) if report.original_nbytes >= 1e6 else ("kB", 1e3)
    ax.barh([p - 0.2 for p in places], [g.original_nbytes / scale for g in shown], 0.38, color=figures.GREY)
    ax.barh([p + 0.2 for p in places], [g.nbytes / scale for g in shown], 0.38, color=figures.BLUE)
    for place, g in enumerate(shown):
        smaller = f" {g.original_nbytes / max(1, g.nbytes):.1f}x, {100 * g.nbytes / max(1, report.nbytes):.0f} %"
        ax.text(g.nbytes / scale, place + 0.2, smaller, va="center", fontsize=8)
    ax.set_yticks(list(places), [_label(g) for g in shown], fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel(f"{unit}: grey before, blue after (times smaller, share of all bytes after)")
    ax.set_title(f"{report.original_nbytes:,} -> {report.nbytes:,} bytes, {report.ratio:.2f}x smaller")


def _label(group: Group) -> str:
    name = group.name.removesuffix(".weight")
    return name if group.count == 1 else f"{name} ({group.count})"


def _draw_errors(ax: Any, errors: Mapping[str, float], what: str) -> None:
    from minicompress.workbook import figures

    lines = error_lines(errors)
    numbers = sorted({n for line in lines.values() for n in line})
    for i, (kind, line) in enumerate(lines.items()):
        style = {"color": figures.COLOURS[i % 7], "marker": figures.MARKERS[(i + i // 7) % 7]}
        ax.plot(list(line), [100 * e for e in line.values()], label=kind.removesuffix(".weight"), **style)
    ax.set_xticks(numbers if len(numbers) <= 12 else numbers[:: len(numbers) // 12 + 1])
    ax.set_ylim(0)
    ax.set(xlabel="layer", title=f"relative error of the {what}, % (Frobenius norm)")
    if lines:
        ax.legend(fontsize=7.5, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)


def write_figure(path: Path, report: Report, output_errors: Mapping[str, float] | None = None) -> None:
    """Draw the report and write it to ``path``, a .png or .svg file."""
    figure = draw_report(report, output_errors)
    metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}  # the same report, the same bytes
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format=path.suffix[1:], dpi=150, facecolor="white", metadata=metadata)
