"""Grader of cubic_sparsity_schedule. Oracle: the list of renewals written out, and rational arithmetic."""

from fractions import Fraction

import pytest

BASE = {"start": 10, "stop": 22, "final": 0.8, "initial": 0.25}


def written_out(step, start, stop, final, initial=0.0, every=1):
    """Walk through the renewals up to ``step``; the sparsity is that of the last one, expanded as a polynomial."""
    a, b = Fraction(str(initial)), Fraction(str(final))
    sparsity = a
    for renewal in [*range(start, stop, every), stop]:
        if renewal <= step:
            t = Fraction(renewal - start, stop - start)
            sparsity = a + (b - a) * (3 * t - 3 * t**2 + t**3)
    return float(sparsity)


def mistakes(step, start, stop, final, initial=0.0, every=1):
    def s(t, power=3):
        return final + (initial - final) * (1 - t) ** power

    span = stop - start
    inside = min(max(step - start, 0), span)
    held = span if step >= stop else inside // every * every
    t = held / span
    late = span // every * every / span if step >= stop else t
    return {
        "the curve is upside down, t**3: it must rise fast at first": initial + (final - initial) * t**3,
        "the sparsity falls: initial and final have changed places": initial + (final - initial) * (1 - t) ** 3,
        "the schedule is linear; it is cubic (三次方)": s(t, 1),
        "the power is 2; it is 3": s(t, 2),
        "the power is 4; it is 3": s(t, 4),
        "the renewals are counted from step 0, not from start": s(min(max(step // every * every - start, 0) / span, 1)),
        "the sparsity moves in every step: between renewals it must stay (阶梯状)": s(inside / span),
        "t was not clamped to 0 .. 1": s((step - start) / span),
        "the sparsity never reaches final: there is one more renewal at stop": s(late),
        "rounded to the nearest renewal; a renewal holds from its own step on": s(
            min(round(inside / every) * every / span, 1)
        ),
        "rounded up to the next renewal, which has not come yet": s(min(-(-inside // every) * every / span, 1)),
        "final is reached too early: the renewal at stop comes at stop": final,
        "t was divided by stop, not by stop - start": s(held / stop) if stop else final,
        "the sparsity is 0 before start: it is initial": 0.0,
        "initial plays no part": final - final * (1 - t) ** 3,
    }


def holds(exercise, step, **options):
    answer = exercise(step, **options)
    answer.close_to(written_out(step, **options), rtol=0, atol=1e-9, known=mistakes(step, **options))


def test_by_hand(exercise):
    """t = 1/2: 0.8 - 0.8 / 8."""
    options = {"start": 100, "stop": 200, "final": 0.8}
    exercise(150, **options).close_to(0.7, rtol=0, atol=1e-9, known=mistakes(150, **options))


@pytest.mark.parametrize("step", [10, 11, 13, 16, 20, 21, 22])
def test_along_the_curve(exercise, step):
    holds(exercise, step, **BASE)


@pytest.mark.parametrize("step", [-5, 0, 9, 23, 1000])
def test_before_and_after(exercise, step):
    holds(exercise, step, **BASE)
    holds(exercise, step, **BASE, every=5)


@pytest.mark.parametrize("every", [2, 3, 4, 5, 7, 11, 12, 100])
def test_every_step_of_the_stairs(exercise, every):
    for step in range(8, 25):
        holds(exercise, step, **BASE, every=every)


def test_defaults(exercise):
    options = {"start": 3, "stop": 10, "final": 0.9}
    for step in (0, 3, 4, 6, 9, 10):
        holds(exercise, step, **options)


def test_a_start_below_zero_and_a_span_of_one(exercise):
    for step in (-6, -4, -3, 0):
        holds(exercise, step, start=-5, stop=0, final=1.0, initial=0.5, every=2)
        holds(exercise, step, start=-4, stop=-3, final=1.0, initial=0.5)


def test_constant_schedules(exercise):
    for value in (0.0, 0.6, 1.0):
        for step in (0, 3, 9):
            holds(exercise, step, start=1, stop=5, final=value, initial=value)


@pytest.mark.parametrize(("start", "stop"), [(5, 5), (6, 5)])
def test_refuses_an_empty_span(exercise, start, stop):
    for step in (0, 5, 9):
        exercise.raises(ValueError, step, start=start, stop=stop, final=0.5, because="start < stop must hold")


@pytest.mark.parametrize("every", [0, -1])
def test_refuses_every(exercise, every):
    for step in (0, 15, 30):
        exercise.raises(ValueError, step, **BASE, every=every, because="every must be at least 1")


@pytest.mark.parametrize(
    ("initial", "final"), [(-0.1, 0.5), (0.6, 0.5), (0.5, 1.1), (float("nan"), 0.5), (0.0, float("nan"))]
)
def test_refuses_sparsities(exercise, initial, final):
    because = "0 <= initial <= final <= 1 must hold"
    exercise.raises(ValueError, 3, start=1, stop=5, initial=initial, final=final, because=because)
