"""The table of oracles: one row for each technique and what it is held against, with the worst deviation measured."""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
from collections.abc import Iterable
from pathlib import Path

from tests.oracles.measure import Deviation

#: Packages whose public techniques must each have a row (``test_completeness.py``), in the table's order.
PACKAGES = (
    "tensors",
    "quantization",
    "pruning",
    "lowrank",
    "sharing",
    "coding",
    "sparse_coding",
    "distillation",
    "gradients",
    "decoding",
    "training",
    "evaluation",
)

HEADER = """\
Each row is a public technique and something not written here that it is held against. *Worst deviation* is measured in
the run that printed this table, over every comparison made by the row's tests: max |got - want|, and in brackets that
divided by the comparison's largest |want| (near 1 where all that is wanted is 0 but for rounding). *Allowance used* is
the largest share of a comparison's tolerance (1 would be the limit).
*Asserted* means that the tests assert a property but compare no two arrays of numbers; *not run*, that a library to
compare with was not installed.
"""

COLUMNS = ("family", "technique", "held against", "tolerance", "worst deviation", "allowance used", "tests")


def package_of() -> dict[str, str]:
    """The package of each public name."""
    found: dict[str, str] = {}
    for package in reversed(PACKAGES):
        found |= dict.fromkeys(importlib.import_module(f"minicompress.{package}").__all__, package)
    return found


@dataclasses.dataclass
class Row:
    family: str
    technique: str
    against: str
    tolerance: str
    tests: int = 0
    outcomes: dict[str, int] = dataclasses.field(default_factory=dict)
    deviation: Deviation = dataclasses.field(default_factory=Deviation)

    def measured(self) -> tuple[str, str]:
        """The two cells that a run fills in."""
        d = self.deviation
        if self.outcomes.get("failed"):
            return "FAILED", ""
        if not self.outcomes.get("passed"):
            return "not run", ""
        if not d.compared:
            return "asserted", ""
        if d.absolute == 0:
            return f"0 ({d.compared} equal)", ""
        relative = f" ({d.relative:.1e})" if math.isfinite(d.relative) else ""  # nothing to divide by: wanted all zeros
        return f"{d.absolute:.1e}{relative}", f"{d.used:.2g}" if math.isfinite(d.used) else ""


class Table:
    """Gathers rows from the markers of collected tests and from the reports of those that ran."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], Row] = {}
        self._families: dict[str, str] = {}

    def row(self, technique: str, against: str, tolerance: str, folder: str) -> Row:
        self._families = self._families or package_of()
        family = self._families.get(technique, folder)
        return self.rows.setdefault((technique, against, tolerance), Row(family, technique, against, tolerance))

    def sorted(self) -> list[Row]:
        order = {name: place for place, name in enumerate(PACKAGES)}
        key = lambda r: (order.get(r.family, len(order)), r.family, r.technique.lower(), r.against)  # noqa: E731
        return sorted(self.rows.values(), key=key)

    def markdown(self) -> str:
        rows = self.sorted()
        kinds = [row.measured()[0] for row in rows]
        plain = {"asserted", "not run", "FAILED"}
        counts = f"{len(rows)} rows: {sum(k not in plain for k in kinds)} measured"
        counts += "".join(f", {kinds.count(kind)} {kind}" for kind in sorted(plain, reverse=True) if kind in kinds)
        lines = [HEADER, counts + ".", ""]
        lines += _line(
            ("family", "technique", "held against", "tolerance", "worst deviation", "allowance used", "tests")
        )
        lines += _line(["---"] * 7)
        for row in rows:
            cells = (row.family, f"`{row.technique}`", row.against, row.tolerance, *row.measured(), str(row.tests))
            lines += _line(cells)
        return "\n".join(lines) + "\n"

    def write(self, path: Path) -> None:
        """Markdown, or JSON where the name ends so."""
        text = self.markdown()
        if path.suffix == ".json":
            text = json.dumps([dataclasses.asdict(row) for row in self.sorted()], indent=1)
        path.write_text(text, "utf-8")


def _line(cells: Iterable[str]) -> list[str]:
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"]
