"""The process that grades mutants: ``python -m minicompress.workbook.mutant_worker``, one JSON job per line.

The grader's tests and the mutant run in this one process, so NumPy is imported once for thousands of mutants. Calls go
through the same code as a learner's (`worker.Submission`, the codec on the way in and out); only the process border is
missing. A loop that never ends is cut by a timer; a crash, or a loop in native code, is the parent's business.
"""

from __future__ import annotations

import ast
import json
import signal
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from minicompress.workbook import codec
from minicompress.workbook.caller import Caller, Session
from minicompress.workbook.client import WorkerTimeout
from minicompress.workbook.discover import Exercise
from minicompress.workbook.grading import load_grader, run_test, tests_of
from minicompress.workbook.outcome import Status, TestResult
from minicompress.workbook.worker import (
    Submission,
    guarded,
    is_placeholder,
    leave_with_parent,
    limit_memory,
    private_pipes,
)


class _Late(BaseException):
    """The timer went off; no ``except Exception`` of a mutant can swallow it."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise `_Late` in the middle of whatever runs after ``seconds``."""

    def ring(number: int, frame: Any) -> None:
        raise _Late

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class SourceSubmission(Submission):
    """A submission whose text is given, so that no mutant is written to a file."""

    def __init__(self, path: str, source: str) -> None:
        super().__init__(path, None)
        self.source = source

    def load(self) -> dict[str, Any]:
        """Run the source as a module."""
        tree = ast.parse(self.source, filename=self.path)
        self.placeholders = {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and is_placeholder(n)}
        self.module = types.ModuleType("mutant")
        sys.modules["mutant"] = self.module
        exec(compile(tree, self.path, "exec"), self.module.__dict__)
        return {"status": "loaded", "parameters": {}}


class LocalWorker:
    """Stands in for `client.Worker` without a process of its own."""

    running = True

    def __init__(self, path: Path, source: str) -> None:
        self.submission = SourceSubmission(str(path), source)

    def request(self, message: dict[str, Any], *, limit: float) -> dict[str, Any]:
        """Answer one request as the process would."""
        submission = self.submission
        action: Callable[[], dict[str, Any]] = submission.load
        if message["op"] == "call":
            sent = codec.decode(codec.encode(message, strict=True))
            action = partial(submission.call, sent["name"], sent["args"], sent["kwargs"])
        streams = sys.stdout, sys.stderr
        try:
            with deadline(limit):
                reply = guarded(action, submission.path)
        except _Late:
            raise WorkerTimeout(f"no answer within {limit:g} s") from None
        finally:
            sys.stdout, sys.stderr = streams
        if reply.get("type") == "_Late":
            raise WorkerTimeout(f"no answer within {limit:g} s")
        return reply if message["op"] != "call" else dict(codec.decode(codec.encode(reply)))

    def close(self) -> None:
        """Do nothing: there is no process to end."""


class Judge:
    """Holds mutants of one exercise against its grader; the tests that killed most run first."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.grader = load_grader(exercise.grader)
        self.kills: dict[str, int] = {}

    def verdict(self, source: str, limit: float) -> TestResult | None:
        """Return the first test that ``source`` fails, ``None`` where it passes them all."""
        limit = max(limit, getattr(self.grader, "TIME_LIMIT", 0.0))
        worker: Any = LocalWorker(self.exercise.solution, source)
        caller = Caller(self.exercise.name, Session(self.exercise.solution, worker), limit)
        tests = sorted(tests_of(self.grader, caller), key=lambda pair: -self.kills.get(pair[0], 0))
        for name, test in tests:
            result = run_test(name, test, caller)
            if result.status is not Status.PASSED:
                self.kills[name] = self.kills.get(name, 0) + 1
                return result
        return None


def answer(job: dict[str, Any], judges: dict[str, Judge]) -> dict[str, Any]:
    """Return the outcome of one job: killed or not, and by which test."""
    exercise = Exercise(job["name"], job["chapter"], Path(job["root"]))
    if job["name"] not in judges:
        judges[job["name"]] = Judge(exercise)
    result = judges[job["name"]].verdict(job["source"], job["limit"])
    if result is None:
        return {"killed": False, "by": "", "kind": ""}
    return {"killed": True, "by": result.name, "kind": str(result.kind or result.status)}


def main() -> None:
    """Answer jobs until the parent closes the pipe."""
    limit_memory()
    leave_with_parent()
    sys.dont_write_bytecode = True
    incoming, outgoing = private_pipes()
    judges: dict[str, Judge] = {}
    for line in incoming:
        job = json.loads(line)
        try:
            reply = answer(job, judges)
        except Exception as error:  # the grader cannot be used: the parent stops the run with this text
            reply = {"error": f"{job['name']}: {type(error).__name__}: {error}"}
        outgoing.write(json.dumps(reply).encode() + b"\n")
        outgoing.flush()


if __name__ == "__main__":
    main()
