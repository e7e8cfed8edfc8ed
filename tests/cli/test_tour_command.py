"""``minicompress tour``: the report it leaves, and one clear line for bad input."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("babel")
pytest.importorskip("matplotlib")

from minicompress.cli import main
from minicompress.models import load_pretrained_classifier


@pytest.fixture(scope="module")
def small_tour(tmp_path_factory):
    """A tour of the smaller model with one recipe, as a user runs it."""
    out = tmp_path_factory.mktemp("tour") / "out"
    assert main(["tour", "--model", "cnn", "--recipe", "int4-g64", "--out", str(out)]) == 0
    return out


def test_leaves_a_report_a_figure_and_numbers(small_tour):
    assert sorted(p.name for p in small_tour.iterdir()) == ["pareto.png", "report.md", "tour.json"]
    stored = json.loads((small_tour / "tour.json").read_text("utf-8"))
    assert [row["name"] for row in stored["rows"]] == ["float32", "int4-g64"]
    dense, small = stored["rows"]
    assert small["nbytes"] < dense["nbytes"] / 6
    assert small["accuracy"]["value"] > 0.7
    assert set(small["seconds"]) == {"1", "64"}
    assert all(seconds > 0 for seconds in small["seconds"].values())


def test_the_float_row_is_the_recorded_model(small_tour):
    stored = json.loads((small_tour / "tour.json").read_text("utf-8"))
    recorded = load_pretrained_classifier("cnn").info["test_accuracy"]
    assert stored["rows"][0]["accuracy"]["value"] == pytest.approx(recorded, abs=0.03)


def bad(kind, tmp_path):
    """Return the options of a run that must fail, and what its message must name."""
    path, recipe = tmp_path / "model.safetensors", tmp_path / "r.toml"
    model = load_pretrained_classifier("cnn")
    if kind == "not safetensors":
        path.write_bytes(b"not a model")
    elif kind == "truncated":
        path.write_bytes(model.to_bytes()[:2000])
    elif kind == "header of 10 GB":
        path.write_bytes((10 * 2**30).to_bytes(8, "little") + b"{}")
    elif kind == "nan":
        model.head.weight.data[1, 2] = np.nan
        path.write_bytes(model.to_bytes())
        return ["--checkpoint", str(path)], "'head.weight'"
    elif kind == "pattern":
        recipe.write_text('[[rule]]\npattern = "decoder*"\nmethod = "rtn"\n', "utf-8")
        return ["--model", "cnn", "--recipe", str(recipe)], "'decoder*'"
    elif kind == "group":
        recipe.write_text('[[rule]]\npattern = "head*"\nmethod = "rtn"\nbits = 4\ngroup_size = 100\n', "utf-8")
        return ["--model", "cnn", "--recipe", str(recipe)], "'head.weight': group_size must divide"
    elif kind == "model":
        return ["--model", "rnn"], "'rnn'"
    elif kind == "out":
        path.write_bytes(b"a file")
        return ["--out", str(path)], "--out must be a folder"
    return ["--checkpoint", str(path)], "model.safetensors"


@pytest.mark.parametrize(
    "kind", ["not safetensors", "truncated", "header of 10 GB", "nan", "pattern", "group", "model", "out"]
)
def test_bad_input_is_one_line_exit_2_and_nothing_written(kind, tmp_path, capsys):
    options, named = bad(kind, tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())
    where = [] if kind == "out" else ["--out", str(tmp_path / "out")]
    assert main(["tour", *where, *options]) == 2
    message = capsys.readouterr().err.strip()
    assert message.startswith("error: ")
    assert named in message
    assert "\n" not in message
    assert sorted(p.name for p in tmp_path.iterdir()) == before
