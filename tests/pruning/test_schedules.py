"""Schedules: their ends, their closed forms, and torch's cubic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.pruning import (
    cosine_fraction,
    cubic_sparsity,
    iterative_sparsity,
    magnitude_mask,
    one_shot_sparsity,
    survivor_mask,
)


@pytest.mark.oracle(
    "cubic_sparsity", against="torch.ao.pruning.CubicSL", tolerance="1e-12 absolute: the same polynomial, other order"
)
@pytest.mark.parametrize("begin", [0, 3])
def test_cubic_as_torch(begin: int) -> None:
    torch = pytest.importorskip("torch")
    ao = pytest.importorskip("torch.ao.pruning")
    model = torch.nn.Sequential(torch.nn.Linear(4, 4))
    sparsifier = ao.WeightNormSparsifier(sparsity_level=0.9)
    sparsifier.prepare(model, [{"tensor_fqn": "0.weight"}])
    schedule = ao.CubicSL(sparsifier, init_sl=0.1, init_t=begin, delta_t=1, total_t=10, initially_zero=False)
    for step in range(16):
        sparsifier.step()
        theirs = schedule.get_last_sl()[0]
        assert cubic_sparsity(step, begin=begin, end=begin + 10, initial=0.1, final=0.9) == pytest.approx(
            theirs, abs=1e-12
        )
        schedule.step()


@given(
    step=st.integers(0, 300),
    begin=st.integers(0, 100),
    length=st.integers(1, 100),
    a=st.floats(0, 1),
    b=st.floats(0, 1),
)
def test_cubic(step: int, begin: int, length: int, a: float, b: float) -> None:
    found = cubic_sparsity(step, begin=begin, end=begin + length, initial=a, final=b)
    t = min(max((step - begin) / length, 0), 1)
    assert found == pytest.approx(b + (a - b) * (1 - t) ** 3, abs=1e-12)
    assert min(a, b) <= found <= max(a, b)
    assert found == (a if step <= begin else found)
    assert found == (b if step >= begin + length else found)


@pytest.mark.oracle(
    "iterative_sparsity",
    against="pruning the same share of the survivors, round after round",
    tolerance="rounding of counts",
)
def test_rounds_take_the_same_share_of_what_is_left() -> None:
    w = np.random.default_rng(0).standard_normal((40, 50))
    mask, share = np.ones(w.shape, bool), 1 - (1 - 0.9) ** (1 / 5)
    for r in range(1, 6):
        mask = survivor_mask(w, mask, sparsity=share)
        assert 1 - mask.mean() == pytest.approx(iterative_sparsity(r, rounds=5, final=0.9), abs=r / w.size)
    np.testing.assert_array_equal(mask, magnitude_mask(w, sparsity=1 - mask.mean()))
    assert iterative_sparsity(5, rounds=5, final=0.9) == iterative_sparsity(99, rounds=5, final=0.9) == 0.9
    assert iterative_sparsity(0, rounds=5, final=0.9) == 0
    assert iterative_sparsity(1, rounds=1, final=1.0) == 1


@pytest.mark.oracle("one_shot_sparsity", against="closed form", tolerance="equal")
@pytest.mark.oracle("cosine_fraction", against="closed form", tolerance="1e-15 absolute")
def test_closed_forms() -> None:
    assert [one_shot_sparsity(s, at=0, final=0.5) for s in (0, 1)] == [0.5, 0.5]
    assert [one_shot_sparsity(s, at=3, final=0.5) for s in (2, 3, 4)] == [0, 0.5, 0.5]
    for step in range(9):
        wanted = 0.15 * (1 + math.cos(step * math.pi / 8))
        assert cosine_fraction(step, end=8) == pytest.approx(wanted, abs=1e-15)
    assert cosine_fraction(0, end=8, initial=0.7) == 0.7
    assert cosine_fraction(9, end=8) == cosine_fraction(8, end=8) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cubic_sparsity(-1, end=2, final=0.5), "step must be an integer of at least 0"),
        (lambda: cubic_sparsity(0, begin=3, end=3, final=0.5), "end must be an integer of at least 4"),
        (lambda: cubic_sparsity(0, end=2, final=1.5), "final must be a number in"),
        (lambda: cubic_sparsity(0, end=2, final=0.5, initial=-1), "initial must be a number in"),
        (lambda: iterative_sparsity(0, rounds=0, final=0.5), "rounds must be an integer of at least 1"),
        (lambda: one_shot_sparsity(0, at=-1, final=0.5), "at must be an integer of at least 0"),
        (lambda: cosine_fraction(0, end=0), "end must be an integer of at least 1"),
        (lambda: cosine_fraction(0, end=1, initial=2), "initial must be a number in"),
    ],
)
def test_what_does_not_fit_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
