"""Compress an encoder's folder: what its layers met, every recipe, the plan, and the search within a budget."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minicompress import compress, files
from minicompress.files.folder import save_folder, weights_nbytes_on_disk
from minicompress.models import BertConfig, BertEncoder
from minicompress.models.bert.weights import BertWeights
from minicompress.pipeline import Recipe, Rule
from minicompress.pipeline.budget import _HEADER, RATES, search_budget, sensitivities
from minicompress.pipeline.folder import ENCODER_RECIPES, compress_folder, encoder_recipe, encoder_statistics
from minicompress.pipeline.plan import plan
from minicompress.pipeline.statistics import InputStatistics, output_error
from minicompress.quantization import hessian_from
from minicompress.storage import read_weights
from tests.models import bert_folders

TEXTS = ["open the file", "return a number of the list to write to the file", "close the list", "read a number"]
TEXTS += ["write to the open file", "the number of the file is in the list"]


class Ids:
    """Stands in for a tokenizer, so that these tests need none."""

    def ids(self, texts: list[str]) -> list[np.ndarray]:
        words = bert_folders.WORDS
        return [np.array([2, *(words.index(w) for w in text.split()), 3], np.int64) for text in texts]


def encoder(weights: dict[str, np.ndarray] | None = None) -> BertEncoder:
    config = BertConfig.from_json(bert_folders.CONFIG)
    return BertEncoder(config, BertWeights.of(weights or bert_folders.weights(), config), Ids())  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bert_folders.write_folder(tmp_path / "model")


def statistics(texts: list[str] = TEXTS) -> dict[str, InputStatistics]:
    return encoder_statistics(encoder(), texts, rng=np.random.default_rng(0), batch_size=2)


def test_statistics_are_those_of_the_real_inputs() -> None:
    seen: dict[str, list[np.ndarray]] = {}
    model = encoder()
    model.watch = lambda name, x, real: seen.setdefault(name, []).append(x[real])
    for text in TEXTS:  # one at a time: no padding at all
        model.encode([text])
    found = statistics()
    assert found.keys() == seen.keys()
    assert len(found) == 12
    for name, parts in seen.items():
        x = np.concatenate(parts)
        assert found[name].count == len(x)
        want = hessian_from(x)
        np.testing.assert_allclose(found[name].hessian(), want, atol=1e-4 * want.max())
        np.testing.assert_allclose(hessian_from(found[name].inputs_for("gptq")), want, atol=1e-4 * want.max())
        sample = found[name].inputs_for("awq")
        gap = np.abs(sample[:, None] - x[None]).max(axis=2)
        assert gap.min(axis=1).max() < 1e-4
    layer = "encoder.layer.0.attention.self."
    assert found[f"{layer}query.weight"] is found[f"{layer}value.weight"]
    assert found[f"{layer}query.weight"] is not found["encoder.layer.1.attention.self.query.weight"]


def test_the_sample_is_bounded_and_uniform() -> None:
    means = []
    for seed in range(40):
        s = InputStatistics(1, rng=np.random.default_rng(seed), rows=50)
        for start in range(0, 1000, 100):
            s.update(np.arange(start, start + 100)[:, None])
        assert s.inputs_for("awq").shape == (50, 1)
        means.append(s.inputs_for("awq").mean())
    assert np.mean(means) == pytest.approx(499.5, abs=4 * 288 / np.sqrt(50 * 40))


def test_output_error_from_the_hessian() -> None:
    rng = np.random.default_rng(0)
    x, w, v = rng.standard_normal((50, 8)), rng.standard_normal((5, 8)), rng.standard_normal((5, 8))
    want = np.linalg.norm(x @ (w - v).T) / np.linalg.norm(x @ w.T)
    assert output_error(w, v, hessian_from(x)) == pytest.approx(want, rel=1e-6)


def fitted(recipe: Recipe) -> Recipe:
    """Groups of 64 do not divide the toy's 32 inputs."""
    rules = (
        Rule(
            r.pattern,
            r.method,
            r.options | ({"group_size": 32} if "group_size" in r.options else {}),
            r.activation_bits,
        )
        for r in recipe.rules
    )
    return Recipe(recipe.name, tuple(rules), recipe.family)


@pytest.mark.parametrize("name", ENCODER_RECIPES)
def test_every_recipe_runs_and_its_plan_holds(folder: Path, tmp_path: Path, name: str) -> None:
    recipe = fitted(encoder_recipe(name))
    found = statistics()
    done: list[str] = []
    result = compress_folder(folder, recipe, statistics=found, on_tensor=done.append)
    weights = bert_folders.weights()
    assert set(done) == {n for n, a in weights.items() if a.dtype.kind == "f"}
    assert 0 < min(result.output_errors.values()) <= max(result.output_errors.values()) < 1
    assert set(result.output_errors) == set(found)
    rows = {row.name: row for row in plan(weights, recipe, calibrated=found)}
    assert rows.keys() == weights.keys()
    for row_name, tensor in result.model.tensors.items():
        assert rows[row_name].nbytes == pytest.approx(tensor.nbytes, rel=0.15, abs=64)
        assert rows[row_name].method == result.model.records[row_name].method
    size = save_folder(result.model, folder, tmp_path / "small")
    assert weights_nbytes_on_disk(tmp_path / "small") == size
    back = files.load(tmp_path / "small" / "model.safetensors")
    base, small = encoder().encode(TEXTS), encoder(back.to_dense()).encode(TEXTS)
    assert ((base * small).sum(axis=1) > 0.7).all()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model", "small"], "nothing is left beside the folder"


def test_calibration_is_asked_for(folder: Path) -> None:
    with pytest.raises(ValueError, match="recipe 'int4-gptq' looks at data"):
        compress_folder(folder, "int4-gptq")
    with pytest.raises(ValueError, match="one of those for encoders, .*tiny"):
        encoder_recipe("huge")
    with pytest.raises(ValueError, match="texts is empty"):
        statistics([])


def test_gptq_on_streamed_statistics_beats_rounding(folder: Path) -> None:
    found = statistics()
    gptq = Recipe("g", (Rule("*.layer.*", "gptq", {"bits": 3}),))
    rtn = Recipe("r", (Rule("*.layer.*", "rtn", {"bits": 3}),))
    better = compress_folder(folder, gptq, statistics=found).output_errors
    worse = compress_folder(folder, rtn, statistics=found).output_errors
    assert np.mean(list(better.values())) < 0.8 * np.mean(list(worse.values()))


def test_the_search_stays_within_its_budget_and_spends_where_it_matters(folder: Path, tmp_path: Path) -> None:
    model = encoder()
    loss = sensitivities(model, TEXTS)
    assert loss.keys() == model.weights.matrices.keys()
    assert max(loss.values()) > 5 * min(loss.values())
    recipe = search_budget(model, TEXTS, budget=33_000, other_nbytes=1000)
    rates = {rule.pattern: rule.options["rate"] for rule in recipe.rules if rule.pattern != "*"}
    assert set(rates.values()) <= set(RATES)
    assert rates.keys() == loss.keys()
    matrices, vectors = model.weights.matrices, model.weights.vectors
    left = 33_000 - 1000 - sum(v.nbytes for v in vectors.values()) - _HEADER * (len(matrices) + len(vectors))
    spent = sum(rates[name] * np.prod(m.shape) / 8 for name, m in matrices.items())
    assert 0.8 * left < spent <= left
    # What is lost by each weight's error decides: the rates follow the measured loss for each weight.
    by_loss = sorted(matrices, key=lambda name: loss[name] / np.prod(matrices[name].shape))
    assert np.mean([rates[n] for n in by_loss[-4:]]) > np.mean([rates[n] for n in by_loss[:4]]) + 0.5
    made = compress_folder(folder, recipe, statistics=statistics()).model
    assert save_folder(made, folder, tmp_path / "small") <= 33_000
    with pytest.raises(ValueError, match="budget must be at least .* for this model; got 1,000"):
        search_budget(model, TEXTS, budget=1000)


def test_the_written_folder_is_all_or_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = compress_folder(folder, "int8").model
    import shutil

    def full(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="disk full"):
        save_folder(model, folder, tmp_path / "small")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model"]


def test_every_weight_is_in_the_folder(folder: Path, tmp_path: Path) -> None:
    model = compress_folder(folder, "int8").model
    save_folder(model, folder, tmp_path / "small")
    names = set(read_weights(folder / "model.safetensors")[0])
    loaded = files.load(tmp_path / "small" / "model.safetensors")
    assert set(loaded.tensors) | set(loaded.buffers) == names
    for name in ("config.json", "tokenizer.json"):
        assert (tmp_path / "small" / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize(("rows", "options"), [(700, {}), (700, {"piece": 2, "bits": 3}), (40, {"bits": 8})])
def test_the_plan_of_product_quantization_is_exact(rows: int, options: dict[str, int]) -> None:
    w = np.random.default_rng(0).standard_normal((rows, 16)).astype(np.float32)
    recipe = Recipe("p", (Rule("*", "product", {"n_iter": 1} | options),))
    made = compress({"w": w}, recipe)
    assert plan({"w": w}, recipe)[0].nbytes == made.tensors["w"].nbytes
