"""Reads the oracle markers, measures the tests that carry them, and prints the table at the end of the run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.oracles.measure import Deviation, measuring
from tests.oracles.table import Table

MEASURED = pytest.StashKey[Deviation]()


def oracle_rows(item: pytest.Item) -> list[tuple[str, str, str, str]]:
    """(technique, against, tolerance, folder of the test) of each oracle marker of a test."""

    def read(technique: str, *, against: str, tolerance: str) -> tuple[str, str, str, str]:
        if not all(isinstance(text, str) and text for text in (technique, against, tolerance)):
            raise TypeError(f"{item.nodeid}: an oracle marker holds three texts; got {technique, against, tolerance}")
        return technique, against, tolerance, item.path.parent.name

    return [read(*mark.args, **mark.kwargs) for mark in item.iter_markers("oracle")]


class OraclePlugin:
    """One for each run, registered by ``tests/conftest.py``. ``target``: None, "-" (print), or a file."""

    def __init__(self, target: str | None) -> None:
        self.target = target
        self.table = Table()
        self.collected_here = False
        self.reports: list[tuple[str, dict[str, Any]]] = []

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        if rows := oracle_rows(item):
            item.user_properties.append(("oracle", rows))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            self.collected_here = True
            for row in oracle_rows(item):
                self.table.row(*row).tests += 1

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        if next(item.iter_markers("oracle"), None) is None:
            return (yield)
        record = item.stash.setdefault(MEASURED, Deviation())
        try:
            with measuring(record):
                return (yield)
        finally:
            item.user_properties.append(("deviation", dataclasses.asdict(record)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # Called in the process that prints, wherever the test ran: a report carries its test's properties.
        if self.target and (report.when == "call" or (report.when == "setup" and report.outcome != "passed")):
            self.reports.append((report.outcome, dict(report.user_properties)))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.target is None:
            return
        for outcome, found in self.reports:
            for row in (self.table.row(*fields) for fields in found.get("oracle", [])):
                row.tests += not self.collected_here
                row.outcomes[outcome] = row.outcomes.get(outcome, 0) + 1
                row.deviation.merge(Deviation(**found.get("deviation", {})))
        if self.target == "-":
            terminalreporter.write_line(self.table.markdown())
        else:
            self.table.write(Path(self.target))
            terminalreporter.write_line(f"oracle table: {len(self.table.rows)} rows in {self.target}")

    @pytest.fixture
    def deviation(self, request: pytest.FixtureRequest) -> Callable[..., float]:
        """``deviation(got, want, room=None)``: max ``|got - want|``, recorded for the table of oracles.

        With ``room``, a number or an array, each element must lie within it.
        """
        record = request.node.stash.setdefault(MEASURED, Deviation())

        def compare(got: Any, want: Any, room: Any = None) -> float:
            worst = record.add(got, want, np.inf if room is None else room)
            if room is not None:
                assert (np.abs(np.asarray(got, np.float64) - np.asarray(want, np.float64)) <= room).all()
            return worst

        return compare
