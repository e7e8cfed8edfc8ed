"""Run the tests of a grader against one submission, without a pytest session.

`run_test` is the one place that turns a test function into a result; `grade` (for ``check``, ``watch`` and the
command line) and the pytest plugin both call it.
"""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from minicompress.workbook.caller import Caller, Session
from minicompress.workbook.discover import Exercise, find
from minicompress.workbook.outcome import ExerciseResult, GradeFailure, Kind, NotAttempted, Status, TestResult


def run_test(name: str, test: Callable[[], object], caller: Caller) -> TestResult:
    """Run one test and say how it ended; a test that checks nothing is an error in the grader, not a pass."""
    session = caller.session
    session.begin_test()
    started = time.perf_counter()
    status, kind, message = Status.PASSED, None, ""
    try:
        test()
        if session.calls == 0 or session.checks == 0:
            raise GradeFailure(Kind.GRADER, f"{name} made {session.calls} calls and {session.checks} checks")
    except NotAttempted as reason:
        status, message = Status.NOT_ATTEMPTED, str(reason)
    except GradeFailure as failure:
        status, kind, message = Status.FAILED, failure.kind, failure.message
    except Exception as error:  # a bug of the grader must be told apart from one of the learner
        where = traceback.extract_tb(error.__traceback__)[-1]
        status, kind = Status.FAILED, Kind.GRADER
        place = f"{Path(where.filename).name}:{where.lineno}"
        message = f"the grader itself failed at {place}: {type(error).__name__}: {error}"
    return TestResult(
        name, status, kind, message, time.perf_counter() - started, "\n".join(session.printed), *_speed(session, status)
    )


def _speed(session: Session, status: Status) -> tuple[str, str]:
    """Return the note and the tier of a speed test; a wrong answer has neither."""
    return (session.note, session.tier) if status is Status.PASSED else ("", "")


def grade(
    exercise: Exercise | str,
    submission: Path | str | None = None,
    *,
    function: str | None = None,
    time_limit: float | None = None,
) -> ExerciseResult:
    """Grade ``submission`` (default: the learner's own file) and return the result.

    ``function`` grades another function of that file in place of the one that carries the exercise's name.

    Raises
    ------
    ValueError
        If there is no such exercise, or its grader holds no test.
    """
    exercise = find(exercise) if isinstance(exercise, str) else exercise
    module = load_grader(exercise.grader)
    limit = time_limit if time_limit is not None else getattr(module, "TIME_LIMIT", None)
    caller = Caller.open(exercise.name, Path(submission or exercise.path), function=function, time_limit=limit)
    result = ExerciseResult(exercise.name, exercise.chapter, exercise.header.points)
    try:
        for name, test in tests_of(module, caller):
            result.tests.append(run_test(name, test, caller))
    finally:
        caller.close()
    return result


def load_grader(path: Path) -> ModuleType:
    """Import a grader from its file, fresh."""
    spec = importlib.util.spec_from_file_location(f"minicompress_grader_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ValueError(f"no grader at {path}")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        if error.name == "pytest":
            raise ValueError("grading needs pytest: pip install pytest") from None
        raise
    return module


def tests_of(module: ModuleType, caller: Caller) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the name and the bound call of each test, once per case of its ``parametrize`` marks."""
    tests = [(n, f) for n, f in vars(module).items() if n.startswith("test_") and inspect.isfunction(f)]
    if not tests:
        raise ValueError(f"the grader {module.__file__} holds no test")
    for name, function in tests:
        for label, arguments in _cases(function):
            wanted = set(inspect.signature(function).parameters)
            if wanted != {"exercise", *arguments}:
                raise ValueError(f"{name} takes {sorted(wanted)}; only `exercise` and its parameters are given")
            bound: dict[str, Any] = {"exercise": caller, **arguments}
            yield f"{name}{label}", partial(function, **bound)


def _cases(function: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ``("[label]", {argument: value})`` for every combination of the parametrize marks."""
    axes = []
    for mark in getattr(function, "pytestmark", []):
        if mark.name != "parametrize":
            continue
        names, values = mark.args[:2]
        names = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
        ids = mark.kwargs.get("ids")
        labels = [ids(v) for v in values] if callable(ids) else ids or [None] * len(values)
        axes.append([_case(names, i, v, t) for i, (v, t) in enumerate(zip(values, labels, strict=True))])
    for combination in itertools.product(*axes):
        label = "-".join(text for text, _ in combination)
        yield f"[{label}]" if label else "", {k: v for _, arguments in combination for k, v in arguments.items()}


def _case(names: list[str], number: int, value: Any, label: str | None) -> tuple[str, dict[str, Any]]:
    if hasattr(value, "values") and hasattr(value, "marks"):  # pytest.param
        label, value = value.id or label, value.values
    elif len(names) == 1:
        value = (value,)
    pairs = dict(zip(names, value, strict=True))
    simple = [str(v) if isinstance(v, str | int | float | None) else f"{n}{number}" for n, v in pairs.items()]
    return label or "-".join(simple), pairs
