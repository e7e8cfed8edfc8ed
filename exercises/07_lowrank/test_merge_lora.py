"""Grader of merge_lora. Oracle: rational numbers, entry by entry; the data are dyadic, so float64 is exact."""

from fractions import Fraction

import numpy as np
import pytest


def exact(w, a, b, scale, sign=1):
    """w + sign * scale * b a, rounded once to the dtype of w."""
    merged = np.empty(w.shape)
    for i, j in np.ndindex(w.shape):
        total = sum(Fraction(float(b[i, k])) * Fraction(float(a[k, j])) for k in range(len(a)))
        merged[i, j] = float(Fraction(float(w[i, j])) + sign * scale * total)
    return merged.astype(w.dtype)


def mistakes(w, a, b, alpha, sign):
    out, inputs = w.shape
    rank = len(a)
    whole = Fraction(alpha)

    def narrow():
        delta = b.astype(w.dtype) @ a.astype(w.dtype)
        return w + w.dtype.type(sign * alpha / rank) * delta

    def rounded_delta():
        delta = (alpha / rank * (b.astype(np.float64) @ a)).astype(w.dtype)
        return w + sign * delta

    found = {
        "alpha was not divided by the rank (秩)": lambda: exact(w, a, b, whole, sign),
        "alpha was divided by sqrt(rank), as rsLoRA does; here it is alpha / rank": lambda: exact(
            w, a, b, Fraction(alpha / rank**0.5), sign
        ),
        "alpha was divided by the number of inputs, not by the rank (秩)": lambda: exact(w, a, b, whole / inputs, sign),
        "alpha was divided by the number of outputs, not by the rank (秩)": lambda: exact(w, a, b, whole / out, sign),
        "alpha was left out": lambda: exact(w, a, b, Fraction(1, rank), sign),
        "rank / alpha, which is upside down": lambda: exact(w, a, b, Fraction(rank) / whole, sign),
        "added where it must be subtracted, or the other way round (符号反了)": lambda: exact(
            w, a, b, whole / rank, -sign
        ),
        "the update alone: W was not added": lambda: exact(np.zeros_like(w), a, b, whole / rank, sign),
        "the update was rounded to the dtype of w before the sum; round once (只舍入一次)": rounded_delta,
        "everything was computed in the dtype of w; compute in float64 and round once (只舍入一次)": narrow,
    }
    if out == inputs:
        found["B A was transposed (转置)"] = lambda: exact(w, b.T, a.T, whole / rank, sign)
    if out == inputs == rank:
        found["A B was computed in place of B A"] = lambda: exact(w, b, a, whole / rank, sign)
    return found


def dyadic(rng, shape, dtype=np.float32, bits=3):
    return (rng.integers(-40, 41, shape) / 2**bits).astype(dtype)


def holds(exercise, w, a, b, alpha, *, undo=False):
    sign = -1 if undo else 1
    expected = exact(w, a, b, Fraction(alpha) / len(a), sign)
    answer = exercise(w, a, b, alpha=alpha, undo=undo)
    answer.equals(expected, dtype="exact", known=mistakes(w, a, b, alpha, sign))


@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize("rank", [1, 2, 4, 8])
def test_layers(exercise, rank, undo):
    rng = np.random.default_rng(rank)
    for out, inputs in [(5, 3), (3, 6), (4, 4)]:
        w, a, b = dyadic(rng, (out, inputs)), dyadic(rng, (rank, inputs)), dyadic(rng, (out, rank))
        holds(exercise, w, a, b, 6.0, undo=undo)


def test_by_hand(exercise):
    w, a, b = np.eye(2, dtype=np.float32), np.array([[1.0, 0.0]], np.float32), np.array([[0.0], [2.0]], np.float32)
    expected = np.array([[1, 0], [6, 1]], np.float32)
    exercise(w, a, b, alpha=3).equals(expected, dtype="exact", known=mistakes(w, a, b, 3, 1))


def test_merges_by_default(exercise):
    rng = np.random.default_rng(10)
    w, a, b = dyadic(rng, (3, 4)), dyadic(rng, (2, 4)), dyadic(rng, (3, 2))
    answer = exercise(w, a, b, alpha=1.0)
    answer.equals(exact(w, a, b, Fraction(1, 2)), dtype="exact", known=mistakes(w, a, b, 1.0, 1))


@pytest.mark.parametrize("alpha", [-2.0, 0.0, 0.5, 16])
def test_alpha(exercise, alpha):
    rng = np.random.default_rng(11)
    w, a, b = dyadic(rng, (3, 5)), dyadic(rng, (2, 5)), dyadic(rng, (3, 2))
    expected = exact(w, a, b, Fraction(alpha) / 2)
    known = mistakes(w, a, b, alpha, 1) if alpha else {}
    exercise(w, a, b, alpha=alpha).equals(expected, dtype="exact", known=known)


@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("alpha", [3.0, 2.0, 10.0])
def test_rounds_once(exercise, alpha, dtype, undo):
    """The terms 1 + u, 1 + u cancel against -2 where u is below the last digit of the narrow dtype."""
    tiny = float(np.finfo(dtype).eps)
    a = np.array([[1 + tiny, 1.0], [1 - tiny, 3.0]], dtype)
    b = np.array([[1 + tiny, -1 - tiny], [3.0, 1 + tiny]], dtype)
    w = np.array([[0.0, tiny], [1.0, -tiny / 4]], dtype)
    holds(exercise, w, a, b, alpha, undo=undo)


def test_a_small_update_of_a_large_weight(exercise):
    """2048 + 0.75 + 0.75: each update alone is lost in float16, where 2048 has neighbours 2 apart."""
    w = np.full((1, 2), 2048.0, np.float16)
    a, b = np.array([[0.75, 0.25], [0.75, 0.25]], np.float16), np.ones((1, 2), np.float16)
    holds(exercise, w, a, b, 2.0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_keeps_the_dtype_of_w(exercise, dtype):
    rng = np.random.default_rng(12)
    w, a, b = dyadic(rng, (4, 3), dtype), dyadic(rng, (2, 3), np.float64), dyadic(rng, (4, 2))
    holds(exercise, w, a, b, 0.25)


def test_wide_factors_of_a_narrow_weight(exercise):
    """300 * 300 is beyond float16; less 300 * 299 it is not."""
    a, b = np.full((2, 2), 300.0, np.float16), np.array([[300.0, -299.0], [1.0, 1.0]], np.float16)
    answer = exercise(np.zeros((2, 2), np.float16), a, b, alpha=2.0)
    told = {"the product overflowed in float16: compute in float64": np.array([[np.inf, np.inf], [600, 600]])}
    answer.equals(np.array([[300.0, 300.0], [600.0, 600.0]], np.float16), dtype="exact", known=told)


def test_fortran_order(exercise):
    rng = np.random.default_rng(13)
    w, a, b = (np.asfortranarray(dyadic(rng, s)) for s in [(4, 5), (2, 5), (4, 2)])
    holds(exercise, w, a, b, 4.0)
    holds(exercise, w, a, b, 4.0, undo=True)


def test_all_sides_equal(exercise):
    rng = np.random.default_rng(14)
    w, a, b = (dyadic(rng, (3, 3)) for _ in range(3))
    holds(exercise, w, a, b, 6.0)


@pytest.mark.parametrize(
    ("a", "b"),
    [((2, 4), (3, 3)), ((2, 1), (3, 2)), ((2, 4), (1, 2)), ((2, 1), (1, 2)), ((2, 5), (3, 2)), ((2, 4), (6, 2))],
)
def test_refuses_shapes(exercise, a, b):
    because = f"w has shape (3, 4); a of shape {a} and b of shape {b} do not fit (no broadcasting 不许广播)"
    exercise.raises(ValueError, np.ones((3, 4)), np.ones(a), np.ones(b), alpha=1.0, because=because)


def test_refuses_rank_0(exercise):
    w, a, b = np.ones((3, 4)), np.ones((0, 4)), np.ones((3, 0))
    exercise.raises(ValueError, w, a, b, alpha=1.0, because="the rank is 0: alpha / 0")
