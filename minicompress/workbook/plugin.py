"""The pytest plugin that grades: ``pytest exercises/03_quantization``; ``exercises/conftest.py`` activates it.

Each test of a grader is a pytest test, run by `grading.run_test` as everywhere else. A stub shows as *not attempted*,
which is neither a pass nor a failure; the summary ends with a board of what was attempted, and ``--grade-report``
writes the whole board as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from minicompress import __version__
from minicompress.storage import write_atomic
from minicompress.workbook.board import board
from minicompress.workbook.caller import Caller
from minicompress.workbook.discover import Exercise
from minicompress.workbook.grading import run_test
from minicompress.workbook.outcome import ExerciseResult, Status, TestResult

REPORT_SCHEMA = 1
_RESULT = pytest.StashKey[TestResult]()
_BOARD = pytest.StashKey[dict[str, ExerciseResult]]()
_WAITING = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the grader."""
    group = parser.getgroup("minicompress", "grading of the workbook's exercises")
    group.addoption(
        "--submissions",
        metavar="PATH",
        help="grade PATH/<chapter>/<name>.py in place of the exercises' own files; FILE.py or FILE.py:FUNCTION "
        "grades the one exercise selected",
    )
    group.addoption("--grade-report", metavar="FILE", help="write the results to FILE as JSON")
    group.addoption("--time-limit", metavar="SECONDS", type=float, help="seconds allowed per call")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a path of submissions that does not exist: it would grade nothing."""
    config.stash[_BOARD] = {}
    config.stash[_WAITING] = {}
    path, _ = _submissions(config)
    if path and not path.exists():
        raise pytest.UsageError(f"--submissions: there is no file or folder {str(path)!r}")
    limit = config.getoption("--time-limit", default=None)
    if limit is not None and limit <= 0:
        raise pytest.UsageError(f"--time-limit must be above 0 seconds; got {limit}")


def _submissions(config: pytest.Config) -> tuple[Path | None, str | None]:
    """Return the path given by ``--submissions``, and the function where it is ``FILE.py:FUNCTION``."""
    given: str | None = config.getoption("--submissions", default=None)
    if not given:
        return None, None
    file, mark, function = given.rpartition(".py:")
    return config.invocation_params.dir / (f"{file}.py" if mark else given), function if mark else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse one submitted file for several exercises, and an exercise whose prompt has no header line."""
    graders = {item.path for item in session.items if "exercise" in getattr(item, "fixturenames", ())}
    path, _ = _submissions(session.config)
    if path and path.is_file() and len(graders) > 1:
        raise pytest.UsageError(f"--submissions names one file, but {len(graders)} exercises were selected")
    for grader in sorted(graders):
        try:
            _exercise_of(grader).header  # noqa: B018
        except (OSError, ValueError) as error:
            raise pytest.UsageError(str(error)) from None


def _exercise_of(path: Path) -> Exercise:
    return Exercise(path.stem.removeprefix("test_"), path.parent.name, path.parents[2])


@pytest.fixture(scope="module")
def exercise(request: pytest.FixtureRequest) -> Iterator[Caller]:
    """The learner's function, called in its own process; the test file's name says which one."""
    record = _exercise_of(request.path)
    base, function = _submissions(request.config)
    path = record.path
    if base:
        path = base if base.is_file() else base / record.chapter / f"{record.name}.py"
    limit = request.config.getoption("--time-limit", default=None) or getattr(request.module, "TIME_LIMIT", None)
    caller = Caller.open(record.name, path, function=function, time_limit=limit)
    yield caller
    caller.close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a grader's test through `run_test` and turn its result into pytest's outcome."""
    caller = pyfuncitem.funcargs.get("exercise")
    if not isinstance(caller, Caller):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    result = run_test(pyfuncitem.name, lambda: pyfuncitem.obj(**arguments), caller)
    pyfuncitem.stash[_RESULT] = result
    if result.status is Status.NOT_ATTEMPTED:
        pytest.skip(result.message)
    if result.status is Status.FAILED:
        printed = f"\nyour code printed:\n{result.printed}" if result.printed else ""
        pytest.fail(result.message + printed, pytrace=False)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the result to the report (which also crosses the process border of ``pytest -n``)."""
    report = yield
    result = item.stash.get(_RESULT, None)
    if result is not None and report.when == "call":
        record = _exercise_of(item.path)
        about = {"name": record.name, "chapter": record.chapter, "points": record.header.points}
        report.minicompress = {**about, "test": result.as_dict()}  # type: ignore[attr-defined]
    return report


def pytest_report_teststatus(report: Any, config: pytest.Config) -> tuple[str, str, str] | None:
    """Show a stub as ``not attempted`` and not among the skipped tests: one mark per exercise, not one per test."""
    graded = getattr(report, "minicompress", None)
    if not graded or graded["test"]["status"] != Status.NOT_ATTEMPTED:
        return None
    first = config.stash[_WAITING].setdefault(graded["name"], report.nodeid) == report.nodeid
    return ("not attempted", "-", "NOT ATTEMPTED") if first else ("not attempted", "", "")


def _add_to_board(config: pytest.Config, graded: dict[str, Any]) -> None:
    rows = config.stash[_BOARD]
    row = rows.setdefault(graded["name"], ExerciseResult(graded["name"], graded["chapter"], graded["points"]))
    test = dict(graded["test"])
    row.tests.append(TestResult(**{**test, "status": Status(test["status"])}))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the JSON report (in the controlling process only)."""
    target = session.config.getoption("--grade-report", default=None)
    if not target or hasattr(session.config, "workerinput"):
        return
    rows = _rows(session.config)
    report = {
        "schema": REPORT_SCHEMA,
        "kind": "minicompress grade report",
        "minicompress": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "submissions": session.config.getoption("--submissions", default=None),
        "earned": round(sum(row["earned"] for row in rows), 2),
        "points": sum(row["points"] for row in rows),
        "exercises": rows,
    }
    path = session.config.invocation_params.dir / target
    write_atomic(path, json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n")


def _rows(config: pytest.Config) -> list[dict[str, Any]]:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not config.stash[_BOARD]:
        for reports in reporter.stats.values():
            for report in reports:
                if hasattr(report, "minicompress"):
                    _add_to_board(config, report.minicompress)
    return [row.as_dict() for _, row in sorted(config.stash[_BOARD].items())]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the board, or say that nothing was graded."""
    rows = _rows(config)
    terminalreporter.section("grades")
    if rows:
        terminalreporter.write_line(board(rows, calm=True))
        for row in rows:
            for note in filter(None, (test["note"] for test in row["tests"])):
                terminalreporter.write_line(f"{row['name']}: {note}")
    else:
        terminalreporter.write_line("no exercise was graded: the path or the selection matches none")
