"""How strong are the graders? Grade every small fault of every reference answer and list the faults that pass.

    python -m minicompress.workbook.mutants                      all exercises
    python -m minicompress.workbook.mutants affine_qparams       one (or several)
    python -m minicompress.workbook.mutants --changed            those that changed since the recorded run
    python -m minicompress.workbook.mutants --sample 300 --seed 1
    python -m minicompress.workbook.mutants --record             all, and write tests/exercises/mutants.json

mutmut, cosmic-ray and mutatest were considered. They mutate a package and run the project's test command for
each mutant; a grader here runs the answer in a process of its own, loaded by its path, which they neither see nor can
aim at one exercise. Starting Python, NumPy and pytest for each of several thousand mutants would take the better part
of an hour; here one process per core grades tens of mutants a second.

A mutant is killed by the first test that it fails; an endless loop and a crash count as killed. A survivor is either a
gap in the grader or a mutant that does the same as the original: those are judged by hand and listed, with the reason,
in ``tests/exercises/equivalent_mutants.toml``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import queue
import random
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from minicompress.storage import write_atomic
from minicompress.workbook.discover import Exercise, discover, find, find_root
from minicompress.workbook.mutant_pool import Process
from minicompress.workbook.mutant_report import SCHEMA, Report, Trial, table
from minicompress.workbook.mutators import Mutant, mutants

LIMIT = 2.0
_CHUNK = 25


def equivalents(path: Path) -> dict[tuple[str, str], str]:
    """Return ``{(exercise, mutant): reason}`` of the list of equivalent mutants; a broken entry is a ``ValueError``."""
    if not path.exists():
        return {}
    found: dict[tuple[str, str], str] = {}
    for record in tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", []):
        if set(record) != {"exercise", "mutant", "reason"} or not all(str(v).strip() for v in record.values()):
            raise ValueError(f"{path}: a [[mutant]] has exercise, mutant and reason, none empty; got {record}")
        key = record["exercise"], record["mutant"]
        if key in found:
            raise ValueError(f"{path}: {key[0]} lists {key[1]!r} twice")
        found[key] = record["reason"]
    return found


def digest(exercise: Exercise) -> str:
    """Return a hash of the reference answer, its grader and the mutators: what a recorded result depends on."""
    ours = [Path(__file__).with_name(f"{name}.py") for name in ("mutators", "mutant_places")]
    parts = [exercise.solution, exercise.grader, *ours]
    return hashlib.sha256(b"\0".join(p.read_bytes() for p in parts)).hexdigest()[:16]


def changed(exercises: Iterable[Exercise], record: Path) -> list[Exercise]:
    """Return the exercises that are not in the recorded run as they stand now."""
    known = json.loads(record.read_text(encoding="utf-8"))["digests"] if record.exists() else {}
    return [e for e in exercises if known.get(e.name) != digest(e)]


def run(
    exercises: Sequence[Exercise],
    *,
    listed: dict[tuple[str, str], str] | None = None,
    sample: int | None = None,
    seed: int = 0,
    jobs: int = 2,
    limit: float = LIMIT,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Grade the mutants of ``exercises``: all, or ``sample`` of them drawn with ``seed`` plus the listed ones.

    ``advance(done, total)`` is called as results come in.

    Raises
    ------
    RuntimeError
        If a reference answer fails its own grader: its mutants would tell nothing.
    """
    started = time.perf_counter()
    listed = listed or {}
    work = [(e, m) for e in exercises for m in mutants(e.solution.read_text(encoding="utf-8"))]
    if sample is not None and sample < len(work):
        picked = set(random.Random(seed).sample(range(len(work)), sample))
        work = [(e, m) for i, (e, m) in enumerate(work) if i in picked or (e.name, m.key) in listed]
    originals = [(e, Mutant(0, "", "", e.solution.read_text(encoding="utf-8"))) for e in exercises]
    for exercise, _, reply in _grade(originals, jobs, 10 * limit, lambda done, total: None):
        if reply["killed"]:
            raise RuntimeError(f"the solution of {exercise.name} fails {reply['by']} ({reply['kind']})")
    report = Report()
    for exercise, mutant, reply in _grade(work, jobs, limit, advance):
        reason = "" if reply["killed"] else listed.get((exercise.name, mutant.key), "")
        report.trials.append(Trial(exercise, mutant, reply["killed"], reply["by"], reply["kind"], reason))
    names = {e.name for e in exercises}
    lives = {(t.exercise.name, t.mutant.key) for t in report.trials if not t.killed}
    known = {(t.exercise.name, t.mutant.key) for t in report.trials}
    for key in listed:
        if key[0] in names and key not in lives:
            why = "it is killed" if key in known else "there is no such mutant"
            report.stale.append(f"{why}: {key[0]}: {key[1]}")
    report.seconds = time.perf_counter() - started
    return report


_Work = list[tuple[Exercise, Mutant]]


def _grade(
    work: _Work, jobs: int, limit: float, advance: Callable[[int, int], None]
) -> list[tuple[Exercise, Mutant, dict[str, Any]]]:
    """Grade ``work`` in ``jobs`` processes and return it in order, each with the reply."""
    chunks: queue.SimpleQueue[range] = queue.SimpleQueue()
    for start in range(0, len(work), _CHUNK):
        chunks.put(range(start, min(start + _CHUNK, len(work))))
    replies: dict[int, dict[str, Any]] = {}
    results: queue.SimpleQueue[tuple[int, dict[str, Any]] | BaseException | None] = queue.SimpleQueue()
    stop = threading.Event()

    def serve() -> None:
        try:
            with Process() as process:
                while not stop.is_set():
                    try:
                        chunk = chunks.get_nowait()
                    except queue.Empty:
                        break
                    for i in chunk:
                        results.put((i, process.grade(*work[i], limit)))
                        if stop.is_set():
                            return
            results.put(None)
        except BaseException as error:
            results.put(error)

    threads = [threading.Thread(target=serve, daemon=True) for _ in range(max(1, jobs))]
    for thread in threads:
        thread.start()
    try:
        for i, reply in _until_done(results, len(threads)):
            replies[i] = reply
            advance(len(replies), len(work))
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=10)
    return [(*pair, replies[i]) for i, pair in enumerate(work)]


def _until_done(results: queue.SimpleQueue[Any], workers: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield what the workers report until each has said None; an error of theirs is raised here."""
    while workers:
        item = results.get()
        if isinstance(item, BaseException):
            raise item
        if item is None:
            workers -= 1
        else:
            yield item


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m minicompress.workbook.mutants", description=__doc__.split("\n")[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="exercises or chapters; all of them when none is named"
    )
    parser.add_argument("--changed", action="store_true", help="only exercises changed since the recorded run")
    parser.add_argument("--sample", type=int, metavar="N", help="grade N mutants in place of all")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--limit", type=float, default=LIMIT, metavar="S", help="seconds allowed per call")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report to FILE")
    parser.add_argument("--record", action="store_true", help="write the record that --changed compares with")
    return parser.parse_args(given)


def _chosen(names: Sequence[str], root: Path) -> list[Exercise]:
    every = discover(root)
    chapters = {e.chapter for e in every}
    found: list[Exercise] = []
    for name in names:
        found += [e for e in every if e.chapter == name] if name in chapters else [find(name, root)]
    return [e for e in found or every if e.solution.exists()]


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; exit code 1 where a bar is broken."""
    from rich.console import Console
    from rich.progress import Progress

    options = _arguments(given)
    root = find_root()
    folder = root / "tests" / "exercises"
    exercises = _chosen(options.names, root)
    if options.changed:
        exercises = changed(exercises, folder / "mutants.json")
    sampled = options.sample is not None
    if options.record and (sampled or options.names or options.changed):
        raise SystemExit("--record is for a run of all mutants of all exercises")
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("grading mutants", total=None)
        report = run(
            exercises,
            listed=equivalents(folder / "equivalent_mutants.toml"),
            sample=options.sample,
            seed=options.seed,
            jobs=options.jobs,
            limit=options.limit,
            advance=lambda done, total: bar.update(task, completed=done, total=total),
        )
    console = Console(soft_wrap=True, markup=False, highlight=False)
    console.print(table(report))
    problems = report.problems(sampled=sampled)
    console.print("\n".join(p for p in problems if not p.startswith("survivor")))
    if options.json:
        write_atomic(options.json, json.dumps(report.as_dict(), ensure_ascii=False, indent=1).encode() + b"\n")
    if options.record:
        rows = {r["name"]: [r["killed"], r["total"]] for r in report.rows()}
        record = {"schema": SCHEMA, "killed": rows, "digests": {e.name: digest(e) for e in exercises}}
        write_atomic(folder / "mutants.json", json.dumps(record, indent=1).encode() + b"\n")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
