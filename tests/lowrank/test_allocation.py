"""Ranks over layers: brute force on small cases."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from minicompress.lowrank import allocate_ranks, allocate_ranks_by_energy, break_even_rank, svd_factorize

SHAPES = {"a": (6, 6), "b": (10, 9), "c": (8, 30)}  # a component costs 12, 19 or 38 numbers


def spectra(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.3, 3, len(SHAPES))
    return {
        name: np.sort(k * rng.exponential(size=min(shape)))[::-1]
        for k, (name, shape) in zip(scale, SHAPES.items(), strict=True)
    }


def cost(ranks: dict[str, int]) -> int:
    return sum(r * sum(SHAPES[name]) for name, r in ranks.items())


def kept(values: dict[str, np.ndarray], ranks: dict[str, int]) -> float:
    return sum(float(np.sum(values[name][:r] ** 2)) for name, r in ranks.items())


def everything() -> list[dict[str, int]]:
    limits = [range(1, break_even_rank(*shape) + 1) for shape in SHAPES.values()]
    return [dict(zip(SHAPES, ranks, strict=True)) for ranks in product(*limits)]


@pytest.mark.oracle("allocate_ranks", against="brute force over all allocations", tolerance="equal energy")
@pytest.mark.parametrize("seed", range(8))
def test_no_allocation_of_the_same_bytes_keeps_more(seed: int) -> None:
    """At each price a number may have, buying every component worth it is the best use of what that costs."""
    values, all_ranks = spectra(seed), everything()
    worth = {name: values[name] ** 2 / sum(shape) for name, shape in SHAPES.items()}
    for price in np.concatenate([w[: break_even_rank(*SHAPES[name])] for name, w in worth.items()]):
        bought = {n: min(break_even_rank(*SHAPES[n]), max(1, int(np.sum(w >= price)))) for n, w in worth.items()}
        ranks = allocate_ranks(values, SHAPES, max_bytes=4 * cost(bought))
        best = max(kept(values, r) for r in all_ranks if cost(r) <= cost(bought))
        np.testing.assert_allclose(kept(values, ranks), best, rtol=1e-12)
    full = allocate_ranks(values, SHAPES, max_bytes=10**6)
    assert full == {name: break_even_rank(*shape) for name, shape in SHAPES.items()}, "never past break-even"


@pytest.mark.parametrize("seed", range(4))
def test_at_any_other_budget_it_misses_less_than_one_component(seed: int) -> None:
    values, all_ranks = spectra(seed), everything()
    least, largest = cost(dict.fromkeys(SHAPES, 1)), max(sum(shape) for shape in SHAPES.values())
    for budget in range(least, 260, 7):
        ranks = allocate_ranks(values, SHAPES, max_bytes=4 * budget)
        assert cost(ranks) <= budget
        smaller = max(kept(values, r) for r in all_ranks if cost(r) <= max(budget - largest, least))
        best = max(kept(values, r) for r in all_ranks if cost(r) <= budget)
        assert smaller - 1e-12 <= kept(values, ranks) <= best + 1e-12


@pytest.mark.oracle("allocate_ranks", against="brute force where all layers cost the same", tolerance="equal energy")
def test_it_is_exact_where_components_cost_the_same() -> None:
    rng = np.random.default_rng(0)
    shapes = {"a": (8, 8), "b": (6, 10), "c": (9, 7)}
    values = {name: np.sort(rng.exponential(size=min(s)))[::-1] for name, s in shapes.items()}
    limits = [range(1, break_even_rank(*s) + 1) for s in shapes.values()]
    for total in range(3, 10):
        ranks = allocate_ranks(values, shapes, max_bytes=2 * 16 * total, bytes_per_value=2)
        options = [dict(zip(shapes, r, strict=True)) for r in product(*limits) if sum(r) <= total]
        assert sum(ranks.values()) == total
        np.testing.assert_allclose(kept(values, ranks), max(kept(values, o) for o in options), rtol=1e-12)


@pytest.mark.oracle("allocate_ranks_by_energy", against="brute force over all allocations", tolerance="one component")
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("energy", [0.3, 0.7, 0.9])
def test_the_energy_is_kept_at_hardly_more_than_the_least_bytes(seed: int, energy: float) -> None:
    values = spectra(seed)
    total = sum(float(np.sum(v**2)) for v in values.values())
    ranks = allocate_ranks_by_energy(values, SHAPES, energy=energy)
    reached = [cost(r) for r in everything() if kept(values, r) >= energy * total]
    if not reached:
        assert ranks == {name: break_even_rank(*shape) for name, shape in SHAPES.items()}
        return
    assert kept(values, ranks) >= energy * total * (1 - 1e-12)
    assert cost(ranks) < min(reached) + max(sum(shape) for shape in SHAPES.values())


def test_real_factors_take_the_bytes_that_were_promised(weights: Any) -> None:
    layers = {name: weights(*shape, i, decay=0.5 + 0.15 * i) for i, (name, shape) in enumerate(SHAPES.items())}
    values = {name: np.linalg.svd(w, compute_uv=False) for name, w in layers.items()}
    ranks = allocate_ranks(values, SHAPES, max_bytes=900)
    assert sum(svd_factorize(w, rank=ranks[name]).nbytes for name, w in layers.items()) <= 900
    assert ranks["c"] > ranks["a"], "the flat spectrum needs more"


def test_arguments_are_checked() -> None:
    one = {"a": [2.0, 1.0]}
    for values, shapes, message in (
        ({}, {}, "must name the same layers, at least one"),
        (one, {"b": (4, 4)}, "must name the same layers"),
        ({"a": [1.0, 2.0]}, {"a": (4, 4)}, r"singular_values\['a'\] must be at least 0 and fall"),
        ({"a": [1.0] * 5}, {"a": (4, 4)}, "holds 5 values; a matrix"),
        ({"a": [1.0]}, {"a": (1, 2)}, "does not shrink at any rank"),
    ):
        with pytest.raises(ValueError, match=message):
            allocate_ranks(values, shapes, max_bytes=1000)
    with pytest.raises(ValueError, match="max_bytes must be at least 32, rank 1 everywhere; got 31"):
        allocate_ranks(one, {"a": (4, 4)}, max_bytes=31)
    assert allocate_ranks({"a": [0.0, 0.0]}, {"a": (9, 9)}, max_bytes=100) == {"a": 1}
    assert allocate_ranks_by_energy({"a": [0.0, 0.0]}, {"a": (9, 9)}, energy=1.0) == {"a": 1}
