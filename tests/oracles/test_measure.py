"""The measurement itself: planted deviations come out as they went in, and a run of its own prints them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from tests.oracles.measure import Deviation, measuring
from tests.oracles.table import Row, Table

pytest_plugins = ["pytester"]


def test_one_comparison() -> None:
    record = Deviation()
    assert record.add([1.0, 2.5, -4.0], [1.0, 2.0, -4.0], 2.0) == 0.5
    assert (record.compared, record.absolute, record.relative, record.used) == (3, 0.5, 0.125, 0.25)
    record.add([np.nan, np.inf, 7], [np.nan, np.inf, 7])  # equal, all of them
    assert (record.compared, record.absolute) == (6, 0.5)
    record.add([1.0], [np.nan])
    assert math.isnan(record.absolute), "a NaN on one side is not hidden by a maximum"


def test_what_holds_no_numbers_is_not_measured() -> None:
    record = Deviation()
    for got, want in ((["a"], ["a"]), (None, None), ([[1], [2, 3]], [[1], [2, 3]]), (np.zeros(3), np.zeros(4))):
        record.add(got, want)
    assert record.compared == 0


def test_sets_bytes_and_texts_are_compared_place_by_place() -> None:
    for got, want, worst in (({3, 1}, {1, 5}, 2), (b"ab", b"ad", 2), ("0f", "0f", 0), ({1}, {1, 2}, 1)):
        assert Deviation().add(got, want) == worst


def test_comparisons_are_measured_while_they_are_made() -> None:
    record, before = Deviation(), (np.testing.assert_allclose, np.testing.assert_array_equal, pytest.approx)
    with measuring(record):
        np.testing.assert_allclose([1.0, 10.0], [1.0, 10.5], rtol=0, atol=1)
        assert (record.absolute, record.used) == (0.5, 0.5)
        np.testing.assert_array_equal([1, 2], [1, 2])
        assert record.compared == 4
        assert pytest.approx(3.0, abs=2) == 4.0
        assert np.float64(4.0) == pytest.approx(3.0, abs=2)
        assert (record.absolute, record.used, record.compared) == (1.0, 0.5, 6)
        assert pytest.approx(3.0) != 3.1
        with pytest.raises(AssertionError):
            np.testing.assert_array_equal([1, 2], [1, 9])
        assert record.absolute == 7, "measured before it fails"
    assert before == (np.testing.assert_allclose, np.testing.assert_array_equal, pytest.approx)


@pytest.mark.parametrize(
    ("outcomes", "deviation", "cells"),
    [
        ({"passed": 2}, Deviation(), ("asserted", "")),
        ({"skipped": 2}, Deviation(), ("not run", "")),
        ({}, Deviation(), ("not run", "")),
        ({"passed": 1, "failed": 1}, Deviation(3, 1.0, 1.0, 2.0), ("FAILED", "")),
        ({"passed": 1, "skipped": 1}, Deviation(12), ("0 (12 equal)", "")),
        ({"passed": 1}, Deviation(12, 2e-7, 1e-8, 0.25), ("2.0e-07 (1.0e-08)", "0.25")),
    ],
)
def test_the_cells_of_a_row(outcomes: dict[str, int], deviation: Deviation, cells: tuple[str, str]) -> None:
    assert Row("f", "t", "a", "b", 1, outcomes, deviation).measured() == cells


def test_rows_stand_by_family_and_bars_are_escaped() -> None:
    table = Table()
    for technique in ("entropy", "DenseTensor", "of a folder"):
        table.row(technique, "|w|", "equal", "elsewhere")
    text = table.markdown()
    assert [row.family for row in table.sorted()] == ["tensors", "coding", "elsewhere"]
    assert "| `entropy` | \\|w\\| |" in text
    assert "3 rows: 0 measured, 3 not run." in text


SUITE = """
import numpy as np, pytest
@pytest.mark.parametrize("off", [0.25, 0.5])
@pytest.mark.oracle("entropy", against="A", tolerance="1")
def test_a(off): np.testing.assert_allclose(1 + off, 1, rtol=0, atol=1)
@pytest.mark.oracle("entropy", against="B", tolerance="none")
def test_b(): assert True
@pytest.mark.oracle("entropy", against="C", tolerance="2")
def test_c(deviation): assert deviation([1, 2], [1, 4], 2) == 2
def test_without_a_marker(): np.testing.assert_allclose(9, 0, atol=10)
"""


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["one process", "two processes"])
def test_a_run_prints_its_table(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    if options:
        pytest.importorskip("xdist")
    root = Path(__file__).parents[2]
    pytester.makeini("[pytest]\nmarkers =\n    oracle: one\n")
    pytester.makeconftest((root / "tests" / "conftest.py").read_text("utf-8"))
    pytester.makepyfile(SUITE)
    monkeypatch.setenv("PYTHONPATH", str(root))
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--oracle-table", *options)
    done.assert_outcomes(passed=5)
    done.stdout.fnmatch_lines(
        [
            "3 rows: 2 measured, 1 asserted.",
            "| coding | `entropy` | A | 1 | 5.0e-01 (5.0e-01) | 0.5 | 2 |",
            "| coding | `entropy` | B | none | asserted |  | 1 |",
            "| coding | `entropy` | C | 2 | 2.0e+00 (5.0e-01) | 1 | 1 |",
        ]
    )
