"""What grading all mutants showed: by exercise, the survivors, and which bars are broken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from minicompress.workbook.discover import Exercise
from minicompress.workbook.mutators import Mutant

__all__ = ["EACH", "OVERALL", "SCHEMA", "Report", "Trial", "table"]

OVERALL, EACH = 0.97, 0.90
SCHEMA = 1


@dataclass(frozen=True)
class Trial:
    """One mutant of one exercise and how its grading ended."""

    exercise: Exercise
    mutant: Mutant
    killed: bool
    by: str = ""
    kind: str = ""
    reason: str = ""

    @property
    def place(self) -> str:
        """File and line of the fault."""
        return f"solutions/{self.exercise.chapter}/{self.exercise.name}.py:{self.mutant.line}"


@dataclass
class Report:
    """All trials of a run, and the listed mutants that do not fit it."""

    trials: list[Trial] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def survivors(self) -> list[Trial]:
        """Mutants that passed and are not listed as equivalent."""
        return [t for t in self.trials if not t.killed and not t.reason]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per exercise: mutants, killed, judged equivalent, survivors."""
        names = dict.fromkeys(t.exercise for t in self.trials)
        found = []
        for exercise in names:
            own = [t for t in self.trials if t.exercise == exercise]
            killed = sum(t.killed for t in own)
            equivalent = sum(bool(t.reason) and not t.killed for t in own)
            counts = {"total": len(own), "killed": killed, "equivalent": equivalent}
            found.append({"name": exercise.name, "chapter": exercise.chapter, **counts})
        return found

    def problems(self, *, sampled: bool = False) -> list[str]:
        """Return what breaks a bar; the shares of a sample say little, so only its survivors count."""
        found = [f"survivor: {t.place}: {t.mutant.key}" for t in self.survivors]
        found += [f"listed as equivalent, but {text}" for text in self.stale]
        if sampled:
            return found
        rows = self.rows()
        killed, total = (sum(row[key] for row in rows) for key in ("killed", "total"))
        if killed < OVERALL * total:
            found.append(f"{killed} of {total} mutants are killed, fewer than {OVERALL:.0%}")
        weak = [row for row in rows if row["killed"] < EACH * row["total"]]
        found += [f"{r['name']}: {r['killed']} of {r['total']} are killed, fewer than {EACH:.0%}" for r in weak]
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        rows = self.rows()
        survivors = [
            {
                "exercise": t.exercise.name,
                "place": t.place,
                "original": t.mutant.original,
                "mutant": t.mutant.mutant,
                "equivalent": t.reason,
            }
            for t in self.trials
            if not t.killed
        ]
        return {
            "schema": SCHEMA,
            "kind": "minicompress mutants",
            "killed": sum(row["killed"] for row in rows),
            "total": sum(row["total"] for row in rows),
            "seconds": round(self.seconds, 1),
            "exercises": rows,
            "survivors": survivors,
            "stale": self.stale,
        }


def table(report: Report) -> str:
    """Return the report as text: a row per exercise, then the survivors."""
    lines = [f"{'exercise':<34}  {'mutants':>7}  {'killed':>7}  {'share':>6}  {'equivalent':>10}  {'survive':>7}"]
    rows = report.rows()
    sums = {key: sum(row[key] for row in rows) for key in ("total", "killed", "equivalent")}
    for row in [*rows, {"name": "all", **sums}]:
        total, killed, same = row["total"], row["killed"], row["equivalent"]
        share = f"{killed / total:.1%}" if total else "-"
        lines.append(f"{row['name']:<34}  {total:>7}  {killed:>7}  {share:>6}  {same:>10}  {total - killed - same:>7}")
    for trial in report.survivors:
        lines += [f"\n{trial.place}", f"  {trial.mutant.original}", f"  => {trial.mutant.mutant}"]
    broken = [t for t in report.trials if t.kind == "error in the grader"]
    if broken:
        lines.append(f"\n{len(broken)} mutants were killed because the grader itself failed; mend the grader:")
        lines += [f"  {t.place}  {t.mutant.key}  ({t.by})" for t in broken[:20]]
    rate = len(report.trials) / report.seconds if report.seconds else 0.0
    lines.append(f"\n{len(report.trials)} mutants in {report.seconds:.1f} s, {rate:.0f} a second")
    return "\n".join(lines)
