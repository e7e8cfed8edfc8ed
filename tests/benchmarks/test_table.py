"""The benchmark's own parts: the roof's kernels do the work that they are credited with; fits and groups are right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba")

from benchmarks import figure, roof, scaling
from benchmarks.rows import Row, validate
from minicompress.kernels.threads import launch


def _nothing() -> np.ndarray:
    return np.zeros(1)


def test_the_arithmetic_of_the_peak_is_done() -> None:
    steps, times = roof.STEPS, 3
    w, x = np.ones(32 * steps, np.float32), np.full(8 * steps, 2, np.float32)
    codes, q = np.full(128 * steps, 3, np.uint8), np.full(32 * steps, 2, np.int8)
    for run, one in ((roof._multiply_add, 2), (roof._dot_products, 3 * 2 * 4)):
        y = np.zeros((2, 256), np.float32)
        launch(run, 2, w, codes, x, q, y, times)
        np.testing.assert_array_equal(y, np.full((2, 256), one * steps * times, np.float32))


def test_every_byte_is_read() -> None:
    x, y = np.arange(64 * 5, dtype=np.float32), np.zeros((2, 64), np.float32)
    launch(roof._read, 2, x, y, 3)
    assert y[:, :16].sum() == 3 * x.sum()


def test_the_roof_is_the_larger_of_two_times() -> None:
    made = roof.Roof({"float32": 100.0, "int8": 400.0}, (10, 1000), (50.0, 5.0))
    row = Row("o", "s", _nothing, {}, np.zeros(1), operations=1000, bytes=10)
    assert made.seconds(row) == 10
    row.unit = "int8"
    assert made.seconds(row) == 2.5
    row.bytes = 1000
    assert made.seconds(row) == 200
    assert made.bandwidth(100) == pytest.approx(27.5)  # halfway between the sizes' logarithms
    assert made.seconds(Row("o", "s", _nothing, {}, np.zeros(1))) == 0


def test_a_power_of_the_size_is_found() -> None:
    sizes = [1.0, 2, 4, 8, 16, 32]
    assert scaling.exponent(sizes, [7 * s**1.5 for s in sizes]) == pytest.approx(1.5)
    assert scaling.exponent(sizes, [9, 9, 9, 8, 16, 32]) == pytest.approx(1)  # the cost of a call counts no more


def test_a_wrong_answer_is_not_timed() -> None:
    row = Row("o", "s", _nothing, {"peer": lambda: np.ones(1)}, np.zeros(1))
    with pytest.raises(AssertionError, match="o s: peer is off by 1"):
        validate(row)


def test_the_picture_shows_every_ratio(tmp_path: Path) -> None:
    results = [
        {"operation": "a", "ratios": {"p": 2.0, "q": 0.5}},
        {"operation": "a", "ratios": {"p": 3.0}},
        {"operation": "b", "ratios": {}},
    ]
    assert figure.grouped(results) == {("a", "p"): [2.0, 3.0], ("a", "q"): [0.5]}
    figure.draw(results, {"threads": 2, "isa": "generic"}, tmp_path / "f.svg")
    text = (tmp_path / "f.svg").read_text()
    assert text.startswith("<?xml")
    assert text.count("<use") >= 3
