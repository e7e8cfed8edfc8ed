"""Grade a folder of submissions: one folder per student, in it files named as the exercises, at any depth.

An exercise without a file is *not attempted*; a crash or an endless loop is a result like any other. Code of strangers
runs with the rights of whoever grades: use a container.
"""

from __future__ import annotations

import difflib
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from minicompress import __version__
from minicompress.workbook.board import points
from minicompress.workbook.discover import Exercise
from minicompress.workbook.grading import grade
from minicompress.workbook.outcome import ExerciseResult, Status, TestResult

SCHEMA = 1
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Student:
    """One student's results, by exercise; ``files`` are relative to the student's folder."""

    name: str
    folder: Path
    files: dict[str, str] = field(default_factory=dict)
    results: dict[str, ExerciseResult] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def earned(self) -> float:
        """Points of all exercises."""
        return round(sum(r.earned for r in self.results.values()), 2)

    @property
    def points(self) -> float:
        """Points that can be earned."""
        return sum(r.points for r in self.results.values())

    def count(self, status: Status) -> int:
        """Number of exercises that ended with ``status``."""
        return sum(r.status is status for r in self.results.values())

    def as_dict(self) -> dict[str, Any]:
        """Return the results as plain JSON values."""
        rows = [{**r.as_dict(), "file": self.files.get(name)} for name, r in self.results.items()]
        about = {"student": self.name, "earned": self.earned, "points": self.points, "notes": self.notes}
        return {**about, "exercises": rows}


def collect(folder: Path, exercises: Sequence[Exercise]) -> list[Student]:
    """Return the students of ``folder`` with the files that will be graded.

    Raises
    ------
    ValueError
        If there is no such folder, or no folder of a student in it.
    """
    if not folder.is_dir():
        raise ValueError(f"DIR must be a folder with one folder per student; there is none at {str(folder)!r}")
    homes = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "__")))
    if not homes:
        raise ValueError(f"no student in {str(folder)!r}: it must hold one folder per student")
    return [_student(home, {e.name for e in exercises}) for home in homes]


def _student(home: Path, names: set[str]) -> Student:
    student = Student(home.name, home)
    files = [p for p in home.rglob("*.py") if p.is_file()]
    for path in sorted(files, key=lambda p: (len(p.parts), p.as_posix())):
        place = path.relative_to(home).as_posix()
        if path.stem in names and path.stem not in student.files:
            student.files[path.stem] = place
        elif path.stem in names:
            student.notes.append(f"{place} was not graded: {student.files[path.stem]} was")
        elif near := difflib.get_close_matches(path.stem, names, n=1, cutoff=0.8):
            student.notes.append(f"{place} was not graded: no exercise has this name; {near[0]} is the nearest")
    return student


def grade_folder(
    folder: Path,
    exercises: Sequence[Exercise],
    *,
    time_limit: float | None = None,
    jobs: int = 2,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> list[Student]:
    """Grade every file of every student in ``folder``, ``jobs`` at a time; ``advance(done, total)`` reports."""
    students = collect(folder, exercises)
    work = [(s, e) for s in students for e in exercises if e.name in s.files]
    graded: dict[tuple[str, str], ExerciseResult] = {}
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        waiting = {
            pool.submit(grade, e, s.folder / s.files[e.name], time_limit=time_limit): (s.name, e.name) for s, e in work
        }
        for future in as_completed(waiting):
            graded[waiting[future]] = future.result()
            advance(len(graded), len(work))
    for student in students:
        for e in exercises:
            student.results[e.name] = graded.get((student.name, e.name)) or _missing(e)
    return students


def _missing(exercise: Exercise) -> ExerciseResult:
    test = TestResult("file", Status.NOT_ATTEMPTED, message="no file was handed in")
    return ExerciseResult(exercise.name, exercise.chapter, exercise.header.points, [test])


def table(students: Iterable[Student]) -> str:
    """Return one line per student: exercises by outcome, and points."""
    rows = list(students)
    width = max(8, *(len(s.name) for s in rows))
    columns = (Status.PASSED, Status.FAILED, Status.IN_PROGRESS, Status.NOT_ATTEMPTED)
    lines = [f"{'student':<{width}}  {'passed':>6}  {'failed':>6}  {'in progress':>11}  {'not attempted':>13}  points"]
    for s in rows:
        counts = "  ".join(f"{s.count(c):>{max(6, len(c))}}" for c in columns)
        lines.append(f"{s.name:<{width}}  {counts}  {points(s.earned)} / {points(s.points)}")
    lines += [f"note: {s.name}: {note}" for s in rows for note in s.notes]
    return "\n".join(lines)


def report(students: Iterable[Student]) -> dict[str, Any]:
    """Return the JSON report of a class."""
    return {
        "schema": SCHEMA,
        "kind": "minicompress class report",
        "minicompress": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "students": [s.as_dict() for s in students],
    }


def junit(students: Iterable[Student]) -> bytes:
    """Return JUnit XML: a suite per student, a case per test, named ``chapter.exercise``."""
    top = ET.Element("testsuites", name="minicompress")
    for student in students:
        suite = ET.SubElement(top, "testsuite", name=_xml(student.name))
        count = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        seconds = 0.0
        for result in student.results.values():
            for test in result.tests:
                case = ET.SubElement(
                    suite, "testcase", classname=f"{result.chapter}.{result.name}", name=_xml(test.name)
                )
                case.set("time", f"{test.seconds:.4f}")
                count["tests"] += 1
                seconds += test.seconds
                if test.status is Status.NOT_ATTEMPTED:
                    ET.SubElement(case, "skipped", message=_xml(test.message or "not attempted"))
                    count["skipped"] += 1
                elif test.status is Status.FAILED:
                    failure = ET.SubElement(case, "failure", type=str(test.kind), message=str(test.kind))
                    failure.text = _xml(test.message)
                    count["failures"] += 1
                if test.printed:
                    ET.SubElement(case, "system-out").text = _xml(test.printed)
        for key, value in count.items():
            suite.set(key, str(value))
        suite.set("time", f"{seconds:.4f}")
    ET.indent(top)
    return bytes(ET.tostring(top, encoding="utf-8", xml_declaration=True)) + b"\n"


def _xml(text: str) -> str:
    """Replace what XML cannot hold, such as the escape codes of a coloured print."""
    return _NOT_XML.sub("\ufffd", text)
