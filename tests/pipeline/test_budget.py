"""The search for rates within a budget: it sees what will be done, keeps to its bytes, and beats one rate for all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minicompress.evaluation.retrieval import cosine_agreement
from minicompress.files.folder import save_folder
from minicompress.models import BertEncoder
from minicompress.pipeline import Recipe, Rule
from minicompress.pipeline.budget import other_nbytes, search_budget, sensitivities
from minicompress.pipeline.folder import compress_encoder, encoder_statistics
from minicompress.pipeline.statistics import InputStatistics
from tests.models import bert_folders
from tests.pipeline.test_folder import TEXTS, encoder


@pytest.fixture(scope="module")
def model() -> BertEncoder:
    return encoder()


@pytest.fixture(scope="module")
def seen(model: BertEncoder) -> dict[str, InputStatistics]:
    return encoder_statistics(model, TEXTS, rng=np.random.default_rng(0), batch_size=2)


def loss(model: BertEncoder, recipe: Recipe, seen: dict[str, InputStatistics]) -> tuple[float, int]:
    """1 - mean cosine to the float model's vectors, and the bytes, of a recipe."""
    made = compress_encoder(bert_folders.weights(), recipe, statistics=seen).model
    vectors = encoder({**bert_folders.weights(), **made.to_dense()}).encode(TEXTS)
    return 1 - float(cosine_agreement(vectors, model.encode(TEXTS)).mean()), made.nbytes


def test_sensitivities_are_of_what_will_be_done(model: BertEncoder, seen: dict[str, InputStatistics]) -> None:
    alone, carried = sensitivities(model, TEXTS), sensitivities(model, TEXTS, statistics=seen)
    layers = [name for name in alone if ".layer." in name]
    tables = [name for name in alone if ".layer." not in name]
    assert {n: carried[n] for n in tables} == {n: alone[n] for n in tables}, "there is nothing to carry on in tables"
    assert sum(carried[n] for n in layers) < 0.8 * sum(alone[n] for n in layers)


def test_layers_whose_errors_are_carried_on_leave_bits_to_the_tables(
    model: BertEncoder, seen: dict[str, InputStatistics]
) -> None:
    def spent_on_tables(recipe: Recipe) -> float:
        rates = {rule.pattern: rule.options["rate"] for rule in recipe.rules}
        matrices = model.weights.matrices.items()
        return sum(rates[n] * np.prod(m.shape) for n, m in matrices if n.startswith("embeddings."))

    without = search_budget(model, TEXTS, budget=33_000, other_nbytes=1000)
    with_statistics = search_budget(model, TEXTS, budget=33_000, other_nbytes=1000, statistics=seen)
    assert spent_on_tables(with_statistics) >= spent_on_tables(without)
    assert with_statistics.rules != without.rules


def test_the_search_beats_one_rate_for_all_at_as_many_bytes(
    model: BertEncoder, seen: dict[str, InputStatistics]
) -> None:
    found = search_budget(model, TEXTS, budget=33_000, other_nbytes=1000, statistics=seen)
    ours, nbytes = loss(model, found, seen)
    uniform = {rate: loss(model, Recipe("u", (Rule("*", "entropy_constrained", {"rate": rate}),)), seen)
               for rate in np.arange(1.5, 6, 0.25)}  # fmt: skip
    as_large = [value for value, size in uniform.values() if size <= nbytes]
    assert as_large
    assert ours < 0.8 * min(as_large)


def test_more_bytes_lose_less(model: BertEncoder, seen: dict[str, InputStatistics]) -> None:
    budgets = (31_000, 33_000, 36_000)
    found = [search_budget(model, TEXTS, budget=b, other_nbytes=1000, statistics=seen) for b in budgets]
    losses, sizes = zip(*(loss(model, recipe, seen) for recipe in found), strict=True)
    assert losses[0] > losses[1] > losses[2]
    assert sizes[0] < sizes[1] < sizes[2]


def test_twice_the_same(model: BertEncoder, seen: dict[str, InputStatistics]) -> None:
    recipes = [search_budget(model, TEXTS, budget=33_000, statistics=seen) for _ in range(2)]
    assert recipes[0] == recipes[1]


def test_what_the_encoder_does_not_run_on_is_counted(
    model: BertEncoder, seen: dict[str, InputStatistics], tmp_path: Path
) -> None:
    weights = bert_folders.weights()
    rest = other_nbytes(model, weights)
    ids, bias, pooler = (weights[n] for n in ("embeddings.position_ids", "pooler.dense.bias", "pooler.dense.weight"))
    assert rest == ids.nbytes + bias.nbytes + int(pooler.size * 2.3 / 8)
    folder = bert_folders.write_folder(tmp_path / "model")
    found = search_budget(model, TEXTS, budget=34_000, other_nbytes=rest, statistics=seen)
    made = compress_encoder(weights, found, statistics=seen).model
    assert save_folder(made, folder, tmp_path / "small") <= 34_000
