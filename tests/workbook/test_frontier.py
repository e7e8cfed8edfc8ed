"""The frontier of recipes: what is read is what was measured, the front by its definition, and the figure's points."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from minicompress.evaluation.retrieval import bootstrap_ratio, reciprocal_ranks
from minicompress.workbook.frontier import (
    Point,
    decode_ranks,
    draw_frontier,
    encode_ranks,
    load_frontier,
    pareto,
)


def test_ranks_come_back_as_the_terms_of_mrr() -> None:
    ranks = np.random.default_rng(0).integers(1, 30, 500)
    text = encode_ranks(ranks)
    assert len(text) == 500
    np.testing.assert_array_equal(decode_ranks(text), reciprocal_ranks(ranks))
    with pytest.raises(ValueError, match="got an empty text"):
        decode_ranks("")
    with pytest.raises(ValueError, match=r"got \['B'\]"):
        decode_ranks("1B")


def test_the_front_is_what_nothing_dominates() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        n = int(rng.integers(1, 9))
        size, good = rng.integers(1, 6, n), rng.integers(1, 6, n)
        wanted = []
        for i in range(n):
            others = [j for j in range(n) if j != i and size[j] <= size[i] and good[j] >= good[i]]
            # Another of the same size and quality dominates only if it stands before.
            if not any((size[j], good[j]) != (size[i], good[i]) or j < i for j in others):
                wanted.append(i)
        np.testing.assert_array_equal(pareto(size, good), sorted(wanted, key=lambda i: size[i]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = {"float32": {"nbytes": 100, "ranks": "112-"}, "half": {"nbytes": 50, "ranks": "122-", "note": 3}}
    (tmp_path / "f.json").write_text(json.dumps({"provenance": {"seed": 0}, "recipes": rows}), "utf-8")
    return tmp_path / "f.json"


def test_a_file_is_read_with_intervals_computed_from_its_ranks(file: Path) -> None:
    found = load_frontier(file)
    half = found.points["half"]
    assert (half.nbytes, half.mrr, half.measured) == (50, 0.5, {"note": 3})
    assert half.ratio.value == pytest.approx(0.5 / 0.625)
    want = bootstrap_ratio([1, 0.5, 0.5, 0], [1, 1, 0.5, 0], rng=np.random.default_rng(0))
    assert (half.ratio.low, half.ratio.high) == (want.low, want.high)
    assert found.provenance == {"seed": 0}


@pytest.mark.parametrize("fault", ["no float32", "other queries", "no ranks"])
def test_what_is_no_frontier_is_named(file: Path, fault: str) -> None:
    content = json.loads(file.read_text("utf-8"))
    if fault == "no float32":
        del content["recipes"]["float32"]
    elif fault == "other queries":
        content["recipes"]["half"]["ranks"] = "12"
    else:
        del content["recipes"]["half"]["ranks"]
    bad = file.with_name("bad.json")
    bad.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ValueError, match=r"bad.json is no frontier"):
        load_frontier(bad)


def test_the_shipped_frontier_has_a_dozen_recipes_and_says_where_it_comes_from() -> None:
    found = load_frontier()
    assert len(found.points) >= 13
    assert next(iter(found.points)) == "float32"
    assert found.points["float32"].ratio.low == found.points["float32"].ratio.high == 1
    assert {"command", "seed", "weights_sha256", "pairs_sha256", "python"} <= found.provenance.keys()
    for point in found.points.values():
        assert len(point.reciprocal) == found.provenance["pairs"] >= 1000
        assert point.ratio.low <= point.ratio.value <= point.ratio.high
    # The bars of the two recipes that are meant to meet them.
    assert found.points["tiny"].nbytes <= 9_100_000
    assert found.points["tiny"].ratio.value >= 0.98
    assert found.points["small"].nbytes <= 12_000_000
    assert found.points["small"].ratio.high >= 1


def test_the_figure_shows_each_point_and_the_front() -> None:
    pytest.importorskip("matplotlib")
    found = load_frontier()
    points = [p for p in found.points.values() if p.name != "float32"]
    ax, key = draw_frontier(points, floor=0.8).axes
    ordered = sorted(points, key=lambda p: p.nbytes)
    listed = [t.get_text() for t in key.texts]
    assert [line.split()[1] for line in listed] == [p.name.split()[0] for p in ordered]
    x, y = ax.lines[0].get_data()
    front = pareto([p.nbytes for p in ordered], [p.ratio.value for p in ordered])
    np.testing.assert_allclose(x, [ordered[i].nbytes / 1e6 for i in front])
    np.testing.assert_allclose(y, [max(0.8, ordered[i].ratio.value) for i in front])
    assert len(ax.texts) == len(points)


def test_one_point_alone_can_be_drawn() -> None:
    pytest.importorskip("matplotlib")
    reciprocal = np.ones(5)
    ratio = bootstrap_ratio(reciprocal, reciprocal, rng=np.random.default_rng(0))
    ax, _ = draw_frontier([Point("a", 10**6, reciprocal, ratio, {})], bars=None).axes
    assert [t.get_text() for t in ax.texts] == ["1"]


def test_the_benchmarks_recipes_are_sound() -> None:
    from benchmarks import frontier
    from minicompress.pipeline import Recipe
    from minicompress.pipeline.folder import encoder_recipe

    names = frontier.recipe_names()
    assert len(names) == len(set(names)) >= 12
    for name in names:
        path = frontier._OWN / f"{name}.toml"
        if path.is_file():
            assert Recipe.from_toml(path).name == name
        elif not name.startswith("budget "):
            assert encoder_recipe(name).rules
