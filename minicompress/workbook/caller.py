"""The fixture ``exercise`` of every grader: calls the learner's function in its worker and judges how that went."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from minicompress.workbook.answer import Answer
from minicompress.workbook.client import Worker, WorkerCrash, WorkerTimeout
from minicompress.workbook.outcome import GradeFailure, Kind, NotAttempted
from minicompress.workbook.show import printable, show, show_call

TIME_LIMIT = 10.0
_MAX_TIMEOUTS = 2


@dataclass
class Session:
    """What the calls of one exercise share: the worker, and the counters of the test that runs."""

    path: Path
    worker: Worker
    loaded: bool = False
    timeouts: int = 0
    calls: int = 0
    checks: int = 0
    note: str = ""
    tier: str = ""
    printed: list[str] = field(default_factory=list)
    parameters: dict[str, list[str]] = field(default_factory=dict)

    def begin_test(self) -> None:
        """Set the counters of a test to zero."""
        self.calls = self.checks = 0
        self.printed = []
        self.note = self.tier = ""

    def count_check(self) -> None:
        """Count one check made by the grader."""
        self.checks += 1


@dataclass(frozen=True)
class Caller:
    """Call it as the learner's function: ``answer = exercise(x, bits=8)``."""

    name: str
    session: Session
    time_limit: float = TIME_LIMIT
    may_change: frozenset[str] = frozenset()

    @classmethod
    def open(cls, name: str, path: Path, *, function: str | None = None, time_limit: float | None = None) -> Caller:
        """Return a caller for function ``name`` of the file ``path`` (or for ``function`` in its place)."""
        target = str(Path(path).resolve())
        worker = Worker(f"{target}:{function}" if function else target)
        return cls(name, Session(Path(path), worker), TIME_LIMIT if time_limit is None else time_limit)

    def close(self) -> None:
        """End the worker."""
        self.session.worker.close()
        self.session.loaded = False

    def configured(
        self, *, time_limit: float | None = None, may_change: Sequence[str] = (), function: str | None = None
    ) -> Caller:
        """Return a caller with other settings: seconds per call, arguments that may change, another function."""
        return replace(
            self,
            name=function or self.name,
            time_limit=self.time_limit if time_limit is None else time_limit,
            may_change=self.may_change | frozenset(may_change),
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Answer:
        """Call the function and return what it returned; its errors, and changed arguments, are failures."""
        call, reply = self._request(args, kwargs)
        if reply["status"] == "raised":
            self._fail(Kind.RAISED, call, *_error_lines(reply))
        for name, after in reply["changed"].items():
            if name not in self.may_change:
                self._fail(
                    Kind.CHANGED_ARGUMENT, call, f"after the call, {name} is {show(after)}; work on a copy instead"
                )
        return Answer(reply["value"], call, self.session.count_check)

    def timed(self, baseline: str, args: tuple[Any, ...], kwargs: dict[str, Any], traffic: float) -> dict[str, float]:
        """Race the function against a baseline in its process and return the times; see `workbook.speed`."""
        self._load()
        call = show_call(self.name, args, kwargs, self.session.parameters.get(self.name, []))
        message = {"op": "time", "name": self.name, "baseline": baseline, "args": args, "kwargs": kwargs}
        reply = self._send(call, {**message, "traffic": traffic})
        if reply["status"] != "returned":
            self._fail(Kind.RAISED, call, "while it was timed", *(_error_lines(reply) if "type" in reply else []))
        return dict(reply["value"])

    def raises(self, error: type[Exception], *args: Any, because: str = "", mentions: str = "", **kwargs: Any) -> None:
        """Demand that the call raises ``error``; ``because`` says why it should, ``mentions`` must be in its text."""
        self.session.count_check()
        call, reply = self._request(args, kwargs)
        why = f"; {because}" if because else ""
        if reply["status"] != "raised":
            self._fail(Kind.DID_NOT_RAISE, call, f"expected {error.__name__}, returned {show(reply['value'])}{why}")
        if error.__name__ not in reply["mro"]:
            self._fail(Kind.RAISED, call, f"expected {error.__name__}{why}; raised instead:", *_error_lines(reply))
        if mentions and mentions not in reply["message"]:
            text = f"the message of the {error.__name__} should mention {mentions!r}; it is {reply['message']!r}"
            self._fail(Kind.WRONG_VALUE, call, text)

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the text of a call and its reply, of status "returned" or "raised"; all others are failures here."""
        self.session.calls += 1
        self._load()
        names = self.session.parameters.get(self.name) or next(iter(self.session.parameters.values()), [])
        call = show_call(self.name, args, kwargs, names)
        reply = self._send(call, {"op": "call", "name": self.name, "args": args, "kwargs": kwargs})
        status = reply["status"]
        if status == "missing":
            defined = ", ".join(reply["defined"]) or "none"
            self._fail(
                Kind.MISSING, self.session.path.name, f"no function {self.name} in the file; it defines: {defined}"
            )
        if status == "exited":
            self._fail(Kind.CRASHED, call, f"it called sys.exit({reply['message']})", *reply["lines"])
        if status == "too large":
            self._fail(Kind.WRONG_VALUE, call, f"the result is too large to be right: {reply['message']}")
        if status == "not attempted" or (reply.get("type") == "NotImplementedError" and reply["own"]):
            raise NotAttempted(f"{self.name} is not written yet")
        return call, reply

    def _load(self) -> None:
        path = self.session.path
        if not path.is_file():
            raise GradeFailure(
                Kind.MISSING, f"no file at {path}\n`minicompress reset {path.stem}` brings the stub back"
            )
        if self.session.loaded and self.session.worker.running:
            return
        reply = self._send(f"loading {path.name}", {"op": "load"})
        if reply["status"] == "exited":
            self._fail(Kind.CRASHED, f"loading {path.name}", f"it called sys.exit({reply['message']})")
        if reply["status"] == "raised":
            self._fail(Kind.RAISED, f"loading {path.name}", *_error_lines(reply))
        self.session.parameters = reply["parameters"]
        self.session.loaded = True

    def _send(self, call: str, message: dict[str, Any]) -> dict[str, Any]:
        session = self.session
        if session.timeouts >= _MAX_TIMEOUTS:
            text = f"not run: {session.timeouts} calls before it took longer than {self.time_limit:g} s"
            self._fail(Kind.TIMED_OUT, call, text)
        started = time.perf_counter()
        try:
            reply = session.worker.request(message, limit=self.time_limit)
        except WorkerTimeout:
            session.timeouts += 1
            session.loaded = False
            text = f"no result after {time.perf_counter() - started:.1f} s; is there a loop that never ends?"
            self._fail(Kind.TIMED_OUT, call, text)
        except WorkerCrash as error:
            session.loaded = False
            self._fail(Kind.CRASHED, call, str(error))
        if reply["printed"]:
            session.printed.append(printable(reply["printed"]))
        return reply

    def _fail(self, kind: Kind, call: str, *lines: str) -> NoReturn:
        link = {Kind.RAISED: "an error in"}.get(kind, f"{kind}:")
        raise GradeFailure(kind, printable("\n".join([f"{link} {call}", *lines])))


def _error_lines(reply: dict[str, Any]) -> list[str]:
    """Return the learner's lines of a traceback and the error itself."""
    text = f"{reply['type']}: {reply['message']}" if reply["message"] else reply["type"]
    return [*(f"  {line}" for line in reply["lines"]), f"  {text}"]
