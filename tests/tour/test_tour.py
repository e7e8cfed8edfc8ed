"""The tour on a small made classifier: every preset becomes a row, and each figure is what it says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from minicompress import files, nn
from minicompress.pipeline import PRESETS, Recipe, Rule, compress, layer_inputs, load_into
from minicompress.tour import measure_recipes, write_json, write_markdown
from minicompress.tour.write import pareto_front


class Made(nn.Module):
    """Two linear layers whose second one reads off the class that made the input."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.first = nn.Linear(64, 128, rng=rng)
        self.second = nn.Linear(128, 4, rng=rng)

    def predict_logits(self, inputs):
        with nn.no_grad():
            return self.second(self.first(inputs).relu()).data


@pytest.fixture(scope="module")
def made():
    model = Made().eval()
    inputs = np.random.default_rng(1).standard_normal((300, 64)).astype(np.float32)
    return model, inputs, model.predict_logits(inputs).argmax(axis=1)  # labels: its own answers, so float scores 1.0


def calibration_of(model, inputs):
    return layer_inputs(model, lambda: model.predict_logits(inputs), rng=np.random.default_rng(0))


@pytest.fixture(scope="module")
def rows(made):
    return measure_recipes(*made, list(PRESETS.values()), calibration=calibration_of(*made[:2]), seconds=0.002)


def test_every_preset_is_a_row_and_float_comes_first(rows):
    assert [row.name for row in rows] == list(PRESETS)
    assert rows[0].name == "float32"


def test_the_yardstick_is_exact_and_its_change_is_zero(rows):
    assert rows[0].accuracy.value == 1.0
    assert (rows[0].change.value, rows[0].change.low, rows[0].change.high) == (0.0, 0.0, 0.0)
    assert rows[0].remarks == ()


def test_bytes_are_those_of_the_saved_file(rows, made, tmp_path):
    for row in rows:
        model = compress(made[0].state_dict(), PRESETS[row.name], calibration_of(*made[:2]))
        assert (
            row.nbytes == files.save(model, tmp_path / "m.safetensors") == (tmp_path / "m.safetensors").stat().st_size
        )
        assert row.bits_per_weight == model.bits_per_weight


def test_accuracy_is_that_of_the_compressed_layers(rows, made):
    model, inputs, labels = made
    for row in rows:
        running = load_into(Made(), compress(model.state_dict(), PRESETS[row.name], calibration_of(model, inputs)))
        assert row.accuracy.value == np.mean(running.predict_logits(inputs).argmax(axis=1) == labels)
        assert row.change.value == pytest.approx(row.accuracy.value - 1.0)
        assert row.change.low <= row.change.value <= row.change.high


def test_fewer_bits_lose_more(rows):
    by_name = {row.name: row.accuracy.value for row in rows}
    assert by_name["int8"] > by_name["int4-g64"] > by_name["int2-g32"]


def test_harm_is_remarked(made):
    wide = Recipe("wide", (Rule("*", "magnitude", {"sparsity": 0.0}),), "pruning", "CSR of a dense matrix")
    _, row = measure_recipes(*made, [PRESETS["float32"], wide], seconds=0.002)
    assert "larger than float" in row.remarks
    assert row.accuracy.value == 1.0


def test_the_model_is_not_changed(made):
    before = made[0].state_dict()
    measure_recipes(*made, [PRESETS["int2-g32"]], seconds=0.001)
    after = made[0].state_dict()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert all(isinstance(w, nn.Tensor) for w in made[0].named_weights().values())


def test_a_recipe_that_does_not_fit_fails_before_anything_is_measured(made):
    steps = []
    bad = Recipe("bad", (Rule("*", "rtn", {"bits": 4, "group_size": 48}),))
    with pytest.raises(ValueError, match=r"weight 'first.weight': group_size must divide"):
        measure_recipes(*made, [bad], on_step=steps.append)
    assert not [s for s in steps if s.startswith("measure")]


def test_the_pareto_front_is_what_no_row_beats(rows):
    front = pareto_front(rows)
    assert front
    for row in rows:
        beaten = any(r.nbytes < row.nbytes and r.accuracy.value >= row.accuracy.value for r in rows)
        assert (row in front) <= (not beaten)


def test_report_and_numbers_are_written(rows, tmp_path):
    write_markdown(rows, tmp_path / "report.md", about={"task": "made"}, figure="pareto.png")
    text = (tmp_path / "report.md").read_text("utf-8")
    assert all(f"| {row.name} |" in text for row in rows)
    assert "![Accuracy against size on disk](pareto.png)" in text
    write_json(rows, tmp_path / "tour.json", about={})
    stored = json.loads((tmp_path / "tour.json").read_text("utf-8"))
    assert [r["nbytes"] for r in stored["rows"]] == [row.nbytes for row in rows]


def test_the_figure_is_drawn(rows, tmp_path):
    pytest.importorskip("matplotlib")
    from minicompress.tour import write_figure

    write_figure(rows, tmp_path / "pareto.png")
    assert (tmp_path / "pareto.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert (tmp_path / "pareto.png").stat().st_size > 10_000


def test_load_into_refuses_another_model(made):
    other = compress({"first.weight": np.ones((128, 64), np.float32)}, "int8")
    with pytest.raises(ValueError, match="missing"):
        load_into(Made(), other)
