"""Grader of rank_for_energy_share. Oracle: the definition in rational numbers, rank by rank."""

from fractions import Fraction

import numpy as np
import pytest


def smallest(lost, allowed):
    """The smallest r >= 1 with lost(r) <= allowed; lost falls to 0."""
    r = 1
    while lost(r) > allowed:
        r += 1
    return r


def exact(s, share):
    squares = [Fraction(float(v)) ** 2 for v in s]
    return smallest(lambda r: sum(squares[r:]), (1 - Fraction(share)) * sum(squares))


def mistakes(s, share):
    values = [Fraction(float(v)) for v in s]
    squares = [v**2 for v in values]
    right, rest = exact(s, share), 1 - Fraction(share)
    kept = np.cumsum((np.asarray(s, np.float64) / float(s[0])) ** 2)
    return {
        "the values were added up, not their squares: energy (能量) is s^2": smallest(
            lambda r: sum(values[r:]), rest * sum(values)
        ),
        "the error was bounded, not its square: lost(r) is an energy (能量) already": smallest(
            lambda r: sum(squares[r:]), rest**2 * sum(squares)
        ),
        "the share of the largest value, s_r >= share * s_1, not of the energy (能量)": max(
            1, sum(v >= Fraction(share) * values[0] for v in values)
        ),
        "a share of the number of components, not of the energy (能量)": max(1, round(share * len(s))),
        "the energy (能量) that is left, not the one that is kept": smallest(
            lambda r: sum(squares[r:]), Fraction(share) * sum(squares)
        ),
        "the kept squares were added up: a small value vanishes in a large sum (大数吃小数); add up what is lost": int(
            np.argmax(kept >= share * kept[-1])
        )
        + 1,
        "an index, which counts from 0; a rank counts components": right - 1,
        "one component too many": right + 1,
        "all values, the zeros too": len(s),
    }


def holds(exercise, s, share):
    answer = exercise(s, share=share)
    answer.equals(exact(s, share), known=mistakes(s, share))


def test_by_hand(exercise):
    s = np.array([3.0, 2.0, 1.0, 0.0])  # squares 9, 4, 1, 0; lost 14, 5, 1, 0, 0
    for share, rank in [(0.5, 1), (0.7, 2), (0.9, 2), (0.95, 3), (1.0, 3)]:
        exercise(s, share=share).equals(rank, known=mistakes(s, share))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.8, 0.9, 0.99, 0.999])
def test_spectra(exercise, share):
    i = np.arange(1, 41)
    holds(exercise, 3.7 / i, share)
    holds(exercise, 5.0 * np.exp(-0.11 * i), share)
    holds(exercise, np.sort(np.random.default_rng(7).uniform(0.1, 2, 25))[::-1].astype(np.float32), share)


@pytest.mark.parametrize(("share", "rank"), [(0.25, 1), (0.5, 2), (0.75, 3), (1.0, 4), (0.375, 2)])
def test_exactly_the_share(exercise, share, rank):
    s = np.full(4, 2.0)
    known = {"one component too many: at equality (恰好相等) r is enough": rank + 1, **mistakes(s, share)}
    exercise(s, share=share).equals(rank, known=known)


@pytest.mark.parametrize("small", [1e-9, 1e-12, 1e-20, 1e-155])
def test_all_of_the_energy_keeps_what_is_small(exercise, small):
    s = np.array([1.0, 0.5, small, small / 2, 0.0])
    exercise(s, share=1.0).equals(4, known=mistakes(s, 1.0))


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e160, 1.0])
def test_squares_beyond_the_range(exercise, size):
    s = np.array([4.0, 2.0, 1.0, 0.5]) * size
    for share in (0.6, 0.9, 0.99, 1.0):
        holds(exercise, s, share)


def test_a_wide_spectrum(exercise):
    holds(exercise, np.array([1.0, 0.5, 1e-155]), 0.9)


def test_float32_squares(exercise):
    s = np.array([4e30, 2e30, 1e30, 0.5e30], np.float32)
    for share in (0.6, 0.9, 0.99, 1.0):
        holds(exercise, s, share)
    holds(exercise, np.array([1, 1e-25, 1e-30], np.float32), 1.0)  # the squares are 0 in float32


def test_zeros_and_one_value(exercise):
    exercise(np.zeros(3), share=0.9).equals(1)
    exercise(np.zeros(3), share=1.0).equals(1)
    exercise(np.array([0.3]), share=0.9).equals(1)
    exercise(np.array([0.3]), share=1.0).equals(1)


def test_at_least_one(exercise):
    exercise(np.array([2.0, 1.0, 1.0]), share=1e-6).equals(1, known=mistakes(np.array([2.0, 1.0, 1.0]), 1e-6))


def test_equal_neighbours_are_a_spectrum(exercise):
    holds(exercise, np.array([2.0, 2.0, 1.0, 1.0, 0.0, 0.0]), 0.97)


def test_type(exercise):
    answer = exercise(np.array([2.0, 1.0]), share=1.0)
    answer.check(type(answer.value) is int, "the rank must be a Python int")


@pytest.mark.parametrize("share", [0.0, -0.1, 1.0001, 90.0, float("nan")])
def test_refuses_share(exercise, share):
    exercise.raises(ValueError, np.array([2.0, 1.0]), share=share, because="share must be in (0, 1]")


@pytest.mark.parametrize("values", [[1.0, 2.0], [3.0, 1.0, 1.0001], [2.0, 1.0, -0.5], [-1.0, -2.0], [-1.0]])
def test_refuses_what_is_no_spectrum(exercise, values):
    because = "singular values are at least 0 and do not rise"
    exercise.raises(ValueError, np.array(values), share=0.5, because=because)


@pytest.mark.parametrize("shape", [(0,), (1, 3), (2, 1)])
def test_refuses_shape(exercise, shape):
    exercise.raises(ValueError, np.ones(shape), share=0.5, because="singular_values must be 1-D and not empty")
