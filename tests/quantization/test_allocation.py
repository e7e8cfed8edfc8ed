"""Mixed precision: the exact answer against every assignment, the greedy one against the exact."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.quantization import allocate_exact, allocate_greedy, quantize_rtn

LAYER = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), min_size=1, max_size=4)


def spent(tables: list[list[tuple[int, int]]], choice: np.ndarray) -> tuple[int, int]:
    picked = [layer[c] for layer, c in zip(tables, choice, strict=True)]
    return sum(b for b, _ in picked), sum(x for _, x in picked)


def split(tables: list[list[tuple[int, int]]]) -> tuple[list[list[int]], list[list[int]]]:
    return [[b for b, _ in layer] for layer in tables], [[x for _, x in layer] for layer in tables]


@pytest.mark.oracle(
    "allocate_exact", against="every assignment, tried", tolerance="equal loss, and the fewest bytes for it"
)
@given(tables=st.lists(LAYER, min_size=1, max_size=5), slack=st.integers(0, 30))
def test_exact_is_the_best_of_all(tables: list[list[tuple[int, int]]], slack: int) -> None:
    budget = sum(min(b for b, _ in layer) for layer in tables) + slack
    choice = allocate_exact(*split(tables), budget=budget)
    used, loss = spent(tables, choice)
    everything = [spent(tables, np.array(c)) for c in itertools.product(*(range(len(layer)) for layer in tables))]
    best = min((x, b) for b, x in everything if b <= budget)
    np.testing.assert_equal((loss, used), best)


@pytest.mark.oracle(
    "allocate_greedy", against="every assignment, tried", tolerance="within budget, never below the best"
)
@given(tables=st.lists(LAYER, min_size=1, max_size=5), slack=st.integers(0, 30))
def test_greedy_keeps_the_budget_and_leaves_no_step_that_fits(tables: list[list[tuple[int, int]]], slack: int) -> None:
    budget = sum(min(b for b, _ in layer) for layer in tables) + slack
    choice = allocate_greedy(*split(tables), budget=budget)
    used, loss = spent(tables, choice)
    assert used <= budget
    assert loss >= spent(tables, allocate_exact(*split(tables), budget=budget))[1]
    for layer, c in zip(tables, choice, strict=True):
        b, x = layer[c]
        assert not any(b < nb <= b + budget - used and nx < x for nb, nx in layer), "a step that fits was left"


def convex(layers: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = np.tile(np.arange(1, 6) * 8, (layers, 1))
    falls = -np.sort(-rng.exponential(1, (layers, 4)), axis=1)  # each step gains less than the one before
    return size, 100 - np.concatenate([np.zeros((layers, 1)), np.cumsum(falls, axis=1)], axis=1)


@pytest.mark.oracle("allocate_greedy", against="allocate_exact, on convex losses and equal steps", tolerance="1e-12")
@pytest.mark.parametrize("steps", [0, 1, 7, 23, 40])
def test_greedy_is_optimal_where_losses_are_convex(steps: int) -> None:
    size, loss = convex(10, steps)
    budget = 80 + 8 * steps
    best, climbed = (f(size, loss, budget=budget) for f in (allocate_exact, allocate_greedy))
    rows = np.arange(10)
    np.testing.assert_allclose(loss[rows, climbed].sum(), loss[rows, best].sum(), rtol=1e-12)


def test_greedy_can_lose() -> None:
    """The classic: a small step of high rate blocks the large step that would have filled the budget."""
    size, loss = [[0, 1], [0, 10]], [[10.0, 8.0], [10.0, 0.0]]
    assert allocate_greedy(size, loss, budget=10).tolist() == [1, 0]
    assert allocate_exact(size, loss, budget=10).tolist() == [0, 1]


@pytest.mark.parametrize("allocate", [allocate_exact, allocate_greedy])
def test_widths_of_real_layers(allocate: Callable[..., np.ndarray]) -> None:
    """A layer of wide spread is given more bits, and the total beats one width for all of the same bytes."""
    rng = np.random.default_rng(0)
    layers = [rng.standard_normal((32, 64)).astype(np.float32) * s for s in (0.1, 0.1, 1, 1, 8, 0.1)]
    widths = range(2, 9)
    size = np.array([[quantize_rtn(w, bits=b).nbytes for b in widths] for w in layers])
    loss = np.array([[((w - quantize_rtn(w, bits=b).to_dense()) ** 2).sum() for b in widths] for w in layers])
    budget = int(size[:, 2].sum())  # 4 bits everywhere
    choice = allocate(size, loss, budget=budget)
    rows = np.arange(6)
    assert size[rows, choice].sum() <= budget
    assert loss[rows, choice].sum() < 0.2 * loss[:, 2].sum()
    assert choice[4] == choice.max()


def test_many_layers_are_no_burden() -> None:
    rng = np.random.default_rng(1)
    size = np.sort(rng.integers(1, 4000, (120, 6)), axis=1)
    loss = -np.sort(-rng.exponential(1, (120, 6)), axis=1)
    budget = int(size[:, 2].sum())
    rows = np.arange(120)
    exact, greedy = (loss[rows, f(size, loss, budget=budget)].sum() for f in (allocate_exact, allocate_greedy))
    assert exact <= greedy <= 1.02 * exact


@pytest.mark.parametrize("allocate", [allocate_exact, allocate_greedy])
def test_arguments_are_named(allocate: Callable[..., np.ndarray]) -> None:
    with pytest.raises(ValueError, match="budget must be at least 3, the bytes of the smallest options; got 2"):
        allocate([[1, 5], [2, 9]], [[1, 0], [1, 0]], budget=2)
    with pytest.raises(ValueError, match="one entry a layer; got 2 and 1"):
        allocate([[1], [2]], [[1]], budget=9)
    with pytest.raises(ValueError, match="one entry a layer; got 0 and 0"):
        allocate([], [], budget=9)
    with pytest.raises(ValueError, match=r"loss\[1\] must have shape \(2,\)"):
        allocate([[1, 2], [1, 2]], [[1, 2], [1]], budget=9)
    with pytest.raises(TypeError, match=r"nbytes\[0\] must hold integers"):
        allocate([[1.5, 2]], [[1, 2]], budget=9)
    with pytest.raises(ValueError, match=r"loss\[0\] has 1 value that is not finite"):
        allocate([[1, 2]], [[1, np.nan]], budget=9)
    with pytest.raises(ValueError, match=r"loss\[0\] is empty"):
        allocate([[]], [[]], budget=9)
