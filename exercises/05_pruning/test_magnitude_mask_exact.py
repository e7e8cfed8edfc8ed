"""Grader of magnitude_mask_exact. Oracle: take the smallest weight out, one at a time; k in rational numbers."""

from fractions import Fraction

import numpy as np
import pytest


def pruned_one_by_one(w, k, size=abs, last=False):
    """Search k times for the smallest of what is left; the first such position (or the last)."""
    left = list(enumerate(w.ravel(order="C").tolist()))
    mask = np.ones(w.size, bool)
    for _ in range(k):
        place = min(left[::-1] if last else left, key=lambda pair: size(pair[1]))
        left.remove(place)
        mask[place[0]] = False
    return mask.reshape(w.shape)


def count(w, sparsity):
    """k, half to even, from the decimal number that the call shows."""
    return round(Fraction(str(sparsity)) * w.size)


def mistakes(w, sparsity):
    k, size = count(w, sparsity), np.abs(w)
    right = pruned_one_by_one(w, k)
    found = {
        "the mask is inverted: True must mean that the weight is kept": ~right,
        "the largest weights were pruned": pruned_one_by_one(w, k, size=lambda v: -abs(v)),
        "the signed values were sorted: the magnitude is abs(w)": pruned_one_by_one(w, k, size=lambda v: v),
        "of equal magnitudes, the last one was pruned first": pruned_one_by_one(w, k, last=True),
        "ties were broken in column-major order (列优先); row-major order is asked for": pruned_one_by_one(w.T, k).T,
        "the k smallest are kept and the others pruned: k = n * s counts what goes": pruned_one_by_one(w, w.size - k),
        "masked weights (w * mask): the mask itself is asked for": np.where(right, w, 0),
    }
    threshold = np.sort(size, axis=None)[k - 1]
    if k and (size == threshold).sum() > 1:
        found["a threshold (阈值) with <=: every tie was pruned, so that more than k weights are gone"] = (
            size > threshold
        )
        found["a threshold (阈值) with <: no tie was pruned, so that fewer than k weights are gone"] = size >= threshold
    if 0 < sparsity < 1:
        exact = Fraction(str(sparsity)) * w.size
        for text, wrong in {
            "k was truncated, not rounded": int(exact),
            "half was rounded up in k (floor(x + 0.5)), not to even (四舍六入五成双)": int(
                (exact + Fraction(1, 2)) // 1
            ),
            "k was rounded up (ceil), not to the nearest": -int(-exact // 1),
        }.items():
            found[text] = pruned_one_by_one(w, wrong)
    if w.ndim == 2:
        each = [pruned_one_by_one(row, round(len(row) * sparsity)) for row in w]
        found["each row was pruned by itself; the whole tensor is one pool here"] = np.array(each)
    return found


def holds(exercise, w, sparsity):
    answer = exercise(w, sparsity=sparsity)
    answer.equals(pruned_one_by_one(w, count(w, sparsity)), known=mistakes(w, sparsity))


def test_by_hand(exercise):
    w = np.array([[0.5, -0.1, 3.0], [-2.0, 0.2, -0.7]], np.float32)
    expected = np.array([[False, False, True], [True, False, True]])
    exercise(w, sparsity=0.5).equals(expected, known=mistakes(w, 0.5))


@pytest.mark.parametrize("sparsity", [0.1, 0.25, 0.6, 0.9])
def test_shapes(exercise, sparsity):
    rng = np.random.default_rng(1)
    for shape in [(40,), (5, 8), (2, 3, 7)]:
        holds(exercise, rng.normal(0, 1, shape).astype(np.float32), sparsity)


@pytest.mark.parametrize("sparsity", [0.05, 0.15, 0.25, 0.35, 0.45, 0.72, 0.78])
def test_rounds_k_half_to_even(exercise, sparsity):
    holds(exercise, np.random.default_rng(2).normal(0, 1, (2, 5)), sparsity)


@pytest.mark.parametrize("sparsity", [0.25, 0.5, 0.75])
def test_equal_magnitudes(exercise, sparsity):
    """Few values, both signs, many ties: more than a sort of a few elements would keep in order by luck."""
    w = np.random.default_rng(3).integers(-2, 3, (8, 15)).astype(np.float32)
    holds(exercise, w, sparsity)
    holds(exercise, np.full((3, 4), -1.5, np.float32), sparsity)


def test_zeros_of_both_signs_are_equal(exercise):
    holds(exercise, np.array([1.0, 0.0, -0.0, 0.0, -0.0, 2.0]), 0.5)


def test_a_fortran_ordered_array(exercise):
    w = np.random.default_rng(4).integers(-2, 3, (6, 7)).astype(np.float64)
    holds(exercise, np.asfortranarray(w), 0.5)


@pytest.mark.parametrize("shape", [(), (1,), (3, 2)])
def test_nothing_and_everything(exercise, shape):
    w = np.full(shape, -0.5, np.float32)
    exercise(w, sparsity=0.0).equals(np.ones(shape, bool), known=mistakes(w, 0.0))
    exercise(w, sparsity=1.0).equals(np.zeros(shape, bool), known=mistakes(w, 1.0))


def test_infinity_is_just_large(exercise):
    holds(exercise, np.array([np.inf, 1.0, -np.inf, 0.5]), 0.5)


@pytest.mark.parametrize("sparsity", [-0.01, 1.01, float("nan")])
def test_refuses_sparsity(exercise, sparsity):
    exercise.raises(ValueError, np.ones((2, 5)), sparsity=sparsity, because="sparsity must be in 0 .. 1")


@pytest.mark.parametrize("values", [[], [1.0, np.nan, 2.0, 3.0]])
def test_refuses_what_has_no_order(exercise, values):
    because = "w holds a NaN" if values else "w is empty"
    exercise.raises(ValueError, np.array(values), sparsity=0.5, because=because)
