"""The roofline: its two branches, where they meet, and a machine that was measured."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.evaluation import (
    Cost,
    Machine,
    RooflinePoint,
    break_even_batch,
    linear_cost,
    linear_roofline,
    measure_machine,
)

POSITIVE = st.floats(1e3, 1e16)


@pytest.mark.oracle("Machine", against="both limits written out", tolerance="1e-12")
@given(peak=POSITIVE, bandwidth=POSITIVE, flops=POSITIVE, moved=POSITIVE)
def test_the_slower_of_two_limits(peak: float, bandwidth: float, flops: float, moved: float) -> None:
    machine, cost = Machine(peak, bandwidth), Cost(flops, moved)
    assert machine.seconds(cost) == max(flops / peak, moved / bandwidth)
    assert machine.attainable(cost.intensity) == pytest.approx(flops / machine.seconds(cost), rel=1e-12)
    assert machine.attainable(machine.ridge) == pytest.approx(peak, rel=1e-12)
    if abs(cost.intensity / machine.ridge - 1) > 1e-9:
        assert machine.bound(cost) == ("compute" if cost.intensity > machine.ridge else "memory")


@pytest.mark.oracle("linear_roofline", against="the batch in closed form", tolerance="1")
@pytest.mark.oracle("break_even_batch", against="the batch at which linear_roofline changes its bound", tolerance="1")
@given(
    peak=st.floats(1e9, 1e15),
    bandwidth=st.floats(1e9, 1e13),
    inputs=st.integers(16, 9000),
    out=st.integers(16, 9000),
    weight_bits=st.sampled_from([4, 8, 16]),
    activation_bits=st.sampled_from([8, 16]),
)
def test_the_bound_changes_at_the_break_even_batch(
    peak: float, bandwidth: float, inputs: int, out: int, weight_bits: float, activation_bits: float
) -> None:
    machine, options = Machine(peak, bandwidth), {"weight_bits": weight_bits, "activation_bits": activation_bits}
    batch = break_even_batch(machine, inputs, out, **options)

    def bound(rows: int) -> str:
        return linear_roofline(machine, rows, inputs, out, **options).bound

    if batch > 1e9:
        assert bound(10**6) == "memory"
        return
    below, above = math.floor(batch * (1 - 1e-9)), math.ceil(batch * (1 + 1e-9) + 1e-9)
    assert below < 1 or bound(below) == "memory"
    assert bound(above) == "compute"


def test_an_infinite_break_even() -> None:
    machine = Machine(1e15, 1e9)
    assert break_even_batch(machine, 8, 8) == math.inf
    assert linear_roofline(machine, 10**9, 8, 8).bound == "memory"


def test_fewer_bits_help_one_row_and_not_many() -> None:
    machine = Machine(1e14, 1e12)
    times = {
        (rows, bits): linear_roofline(machine, rows, 4096, 4096, weight_bits=bits).seconds
        for rows in (1, 4096)
        for bits in (4, 16)
    }
    assert times[1, 16] / times[1, 4] == pytest.approx(4, rel=0.01)
    assert times[4096, 16] == times[4096, 4]
    point = linear_roofline(machine, 1, 64, 32, weight_bits=4, activation_bits=8)
    assert isinstance(point, RooflinePoint)
    assert point.cost == linear_cost(1, 64, 32, weight_bits=4, activation_bits=8)
    assert point.attainable == machine.attainable(point.cost.intensity)


def test_a_measured_machine_has_plausible_limits() -> None:
    """Units: operations and bytes a second, of any machine that could run this."""
    machine = measure_machine(size=256, nbytes=32_000_000, seconds=0.1)
    assert 1e7 < machine.peak_flops < 1e15
    assert 1e7 < machine.bandwidth < 1e13


NUMBER = st.one_of(st.floats(), st.integers(-2, 9), st.sampled_from([None, "1", True, 1e-320]))


def explained(error: Exception) -> None:
    assert " must " in str(error)


@given(values=st.lists(NUMBER, min_size=6, max_size=6))
def test_any_numbers_or_a_clear_error(values: list[Any]) -> None:
    a, b, c, d, e, f = values
    for call in (
        lambda: Machine(a, b).attainable(c),
        lambda: Machine(a, b).ridge,
        lambda: linear_roofline(Machine(1e9, 1e9), a, b, c, weight_bits=d, activation_bits=e).seconds,
        lambda: break_even_batch(Machine(1e9, 1e9), a, b, weight_bits=c, activation_bits=f),
    ):
        try:
            value = call()
        except (TypeError, ValueError) as error:
            explained(error)
        else:
            assert value >= 0


@pytest.mark.parametrize("options", [{"size": 0}, {"nbytes": 3}, {"seconds": 0}, {"size": 2.5}])
def test_a_measurement_needs_something_to_measure(options: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError), match=" must be "):
        measure_machine(**options)
