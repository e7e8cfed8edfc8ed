"""What grading can find: the kinds of failure, and the results of one test and of one exercise."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The outcomes of a test (the first three) and of an exercise."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not attempted"
    IN_PROGRESS = "in progress"


class Kind(StrEnum):
    """Why a test failed."""

    RAISED = "raised"
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    MISSING = "missing"
    WRONG_TYPE = "wrong type"
    WRONG_SHAPE = "wrong shape"
    WRONG_DTYPE = "wrong dtype"
    WRONG_VALUE = "wrong value"
    CHANGED_ARGUMENT = "changed its argument"
    DID_NOT_RAISE = "did not raise"
    GRADER = "error in the grader"


class GradeFailure(AssertionError):
    """The submission failed a check: ``kind`` says how, ``message`` is for the learner."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class NotAttempted(Exception):
    """The function is still the stub, or reached a ``NotImplementedError``."""


@dataclass(frozen=True)
class TestResult:
    """The outcome of one test of a grader; ``printed`` is what the learner's code wrote (cut to a few kB).

    ``note`` and ``tier`` ("", "bronze", "silver", "gold") say how fast a right answer is, in a speed exercise.
    """

    __test__ = False  # the name starts with Test, but pytest is not to collect it

    name: str
    status: Status
    kind: Kind | None = None
    message: str = ""
    seconds: float = 0.0
    printed: str = ""
    note: str = ""
    tier: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return {
            "name": self.name,
            "status": str(self.status),
            "kind": None if self.kind is None else str(self.kind),
            "message": self.message,
            "seconds": round(self.seconds, 4),
            "printed": self.printed,
            "note": self.note,
            "tier": self.tier,
        }


@dataclass(frozen=True)
class ExerciseResult:
    """The outcome of one exercise: its tests, and the points that they earn (partial credit by test)."""

    name: str
    chapter: str
    points: float
    tests: list[TestResult] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Number of tests."""
        return len(self.tests)

    @property
    def passed(self) -> int:
        """Number of tests passed."""
        return sum(t.status is Status.PASSED for t in self.tests)

    @property
    def earned(self) -> float:
        """``points * passed / total``, to two decimals; a stub earns nothing."""
        return round(self.points * self.passed / self.total, 2) if self.tests else 0.0

    @property
    def tier(self) -> str:
        """The tier of a speed exercise, empty where none was reached or none is asked for."""
        return next((t.tier for t in self.tests if t.tier), "")

    @property
    def notes(self) -> list[str]:
        """What the tests have to say beside pass and fail."""
        return [t.note for t in self.tests if t.note]

    @property
    def status(self) -> Status:
        """Failed: a test failed. In progress: some passed, the rest reach code not yet written."""
        if self.failures:
            return Status.FAILED
        if self.passed == 0:
            return Status.NOT_ATTEMPTED
        return Status.PASSED if self.passed == self.total else Status.IN_PROGRESS

    @property
    def failures(self) -> list[TestResult]:
        """The failed tests, in order."""
        return [t for t in self.tests if t.status is Status.FAILED]

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON values."""
        return {
            "name": self.name,
            "chapter": self.chapter,
            "status": str(self.status),
            "passed": self.passed,
            "total": self.total,
            "earned": self.earned,
            "points": self.points,
            "tier": self.tier,
            "tests": [t.as_dict() for t in self.tests],
        }

    def __str__(self) -> str:
        from minicompress.workbook.board import result_text

        return result_text(self)
