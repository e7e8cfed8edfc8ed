"""``--report FILE.png`` and ``.svg``: the figure comes out, and what it draws is what the report says."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from minicompress import compress
from minicompress.cli import _report_figure, main
from minicompress.pipeline import Recipe, Rule
from tests.models import bert_folders

pytest.importorskip("matplotlib")

RECIPE = Recipe("r", (Rule("*.layer.*", "rtn", {"bits": 4}), Rule("*embeddings*", "rtn", {"bits": 8})))
WEIGHTS = {name: a for name, a in bert_folders.weights().items() if a.dtype.kind == "f"}


def test_groups_hold_every_byte_of_the_report_once() -> None:
    report = compress(WEIGHTS, RECIPE).report()
    whole = {g.name: g for g in _report_figure.groups(report, most=100)}
    few = _report_figure.groups(report, most=3)
    for found in (whole.values(), few):
        assert sum(g.nbytes for g in found) == report.nbytes
        assert sum(g.original_nbytes for g in found) == report.original_nbytes
        assert sum(g.count for g in found) == len(report.rows)
    assert len(few) == 3
    assert few[-1].name == "all others"
    up = whole["encoder.layer.*.intermediate.dense.weight"]
    assert (up.count, up.original_nbytes) == (2, 2 * 64 * 32 * 4)
    assert up.nbytes == sum(r.nbytes for r in report.rows if r.name.endswith("intermediate.dense.weight"))
    assert whole["vectors"].nbytes == sum(a.nbytes for a in WEIGHTS.values() if a.ndim == 1)


@pytest.mark.parametrize("outputs", [True, False])
def test_bars_and_lines_are_the_reports_numbers(outputs: bool) -> None:
    report = compress(WEIGHTS, RECIPE).report()
    errors = {n: 0.01 * (1 + i) for i, n in enumerate(w for w in WEIGHTS if ".layer." in w and w.endswith(".weight"))}
    left, right = _report_figure.draw_report(report, errors if outputs else None).axes
    shown = _report_figure.groups(report)
    before, after = (container.patches for container in left.containers)
    np.testing.assert_allclose([b.get_width() for b in before], [g.original_nbytes / 1e3 for g in shown])
    np.testing.assert_allclose([b.get_width() for b in after], [g.nbytes / 1e3 for g in shown])
    assert f"{report.nbytes:,} bytes" in left.get_title("left")
    wanted = errors if outputs else {r.name: r.relative_error for r in report.rows if not r.reason}
    drawn = sorted(float(y) for line in right.lines for y in line.get_ydata())
    np.testing.assert_allclose(drawn, sorted(100 * e for e in wanted.values()))
    assert ("outputs" if outputs else "weights") in right.get_title("left")


def test_layers_are_told_by_the_first_whole_number_of_a_name() -> None:
    errors = {"h.2.mlp.w1.weight": 0.1, "h.10.mlp.w1.weight": 0.2, "conv2d.weight": 0.3}
    assert _report_figure.error_lines(errors) == {"h.*.mlp.w1.weight": {2: 0.1, 10: 0.2}, "conv2d.weight": {0: 0.3}}


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_command_writes_a_figure_of_a_checkpoint(tmp_path: Path, suffix: str) -> None:
    save_file(WEIGHTS, tmp_path / "w.safetensors")
    figure = tmp_path / f"report{suffix}"
    command = ["compress", str(tmp_path / "w.safetensors"), "-o", str(tmp_path / "s.safetensors"), "--report"]
    assert main([*command, str(figure)]) == 0
    if suffix == ".png":
        assert figure.read_bytes().startswith(b"\x89PNG")
    else:
        assert ET.fromstring(figure.read_text("utf-8")).tag.endswith("svg")


def test_the_command_writes_a_figure_of_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")
    folder = bert_folders.write_folder(tmp_path / "model")
    (tmp_path / "t.txt").write_text("open the file\nread a number\nclose the list\nwrite to the file", "utf-8")
    command = ["compress", str(folder), "-o", str(tmp_path / "small"), "--calibrate", str(tmp_path / "t.txt")]
    assert main([*command, "--report", str(tmp_path / "r.svg")]) == 0
    assert "<svg" in (tmp_path / "r.svg").read_text("utf-8")


def test_what_cannot_be_written_is_said_before_the_work(tmp_path: Path, capsys, monkeypatch) -> None:
    save_file(WEIGHTS, tmp_path / "w.safetensors")
    command = ["compress", str(tmp_path / "w.safetensors"), "-o", str(tmp_path / "s.safetensors"), "--report"]
    assert main([*command, str(tmp_path / "r.pdf")]) == 2
    assert "--report must end in .md, .json, .png or .svg" in capsys.readouterr().err
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="needs Matplotlib"):
        _report_figure.check_suffix(tmp_path / "r.png")
    assert not (tmp_path / "s.safetensors").exists()
