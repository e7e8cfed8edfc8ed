"""Grader of topk_error_feedback. Oracle: rational numbers; float16 by the struct module, which rounds half to even."""

import struct
from fractions import Fraction

import numpy as np
import pytest

NAMES = ("indices", "values", "residual")


def half(v):
    return struct.unpack("e", struct.pack("e", float(v)))[0]


def exact(gradient, residual, k):
    places = list(np.ndindex(gradient.shape))
    wanted = [float(gradient[p]) + float(residual[p]) for p in places]  # the float64 sum that the prompt asks for
    order = sorted(range(len(wanted)), key=lambda i: (-abs(wanted[i]), i))
    indices = sorted(order[:k])
    values = [half(wanted[i]) for i in indices]
    left = [Fraction(v) for v in wanted]
    for i, v in zip(indices, values, strict=True):
        left[i] -= Fraction(v)
    rest = np.array([float(v) for v in left]).reshape(gradient.shape)
    return np.array(indices), np.array(values, np.float16), rest


def step(gradient, residual, k, *, chosen_by=None, add=1.0, score=np.abs, last=False, lost=True):
    """One step with one rule changed."""
    g, r = gradient.astype(float), residual.astype(float)
    wanted = (g + add * r).ravel()
    value = score((g if chosen_by == "gradient" else g + add * r).ravel())
    n = len(wanted)
    order = sorted(range(n), key=lambda i: (-value[i], -i if last else i))
    indices = np.array(sorted(order[:k]))
    values = wanted[indices].astype(np.float16)
    wanted[indices] = wanted[indices] - values if lost else 0.0
    return indices, values, wanted.reshape(g.shape)


def mistakes(gradient, residual, k):
    """What the usual mistakes return."""
    g, r = gradient.astype(float), residual.astype(float)
    indices, values, rest = exact(gradient, residual, k)
    wanted = g + r
    order = np.array(sorted(range(g.size), key=lambda i: (-abs(wanted.ravel()[i]), i))[:k])
    only_new = g.copy().ravel()
    only_new[indices] = 0
    named = {
        "the rounding error (舍入误差) of the sent entries is lost: the residual was set to 0 there": step(
            gradient, residual, k, lost=False
        ),
        "the residual was not added (误差反馈): what waited is never sent": step(gradient, residual, k, add=0.0),
        "the residual was subtracted": step(gradient, residual, k, add=-1.0),
        "the entries were chosen by the gradient alone; the sum with the residual decides": step(
            gradient, residual, k, chosen_by="gradient"
        ),
        "the largest entries with their sign; the magnitude decides": step(gradient, residual, k, score=lambda v: v),
        "the smallest entries were sent": step(gradient, residual, k, score=lambda v: -np.abs(v)),
        "of equally large entries the last were sent; the first ones are": step(gradient, residual, k, last=True),
        "the entries were chosen after the rounding to float16; ties appear there that are none": step(
            gradient, residual, k, score=lambda v: np.abs(v.astype(np.float16))
        ),
        "one entry too few": step(gradient, residual, max(k - 1, 1)),
        "one entry too many": step(gradient, residual, min(k + 1, g.size)),
        "the indices are in order of magnitude; they are ascending": (
            order,
            wanted.ravel()[order].astype(np.float16),
            rest,
        ),
        "the values are magnitudes; their signs are lost": (indices, np.abs(values), rest),
        "the residual still holds what was sent": (indices, values, wanted),
        "the new residual is what was not sent of the gradient; the old residual belongs to it": (
            indices,
            values,
            only_new.reshape(g.shape),
        ),
        "the residual is what was sent, in place of the rest": (indices, values, wanted - rest),
        "the residual has the wrong sign": (indices, values, -rest),
        "the residual was kept flat": (indices, values, rest.ravel()),
        "the places were counted column by column; row-major order (行优先) is asked for": step(
            gradient.T, residual.T, k
        )[:2],
    }
    return {text: dict(zip(NAMES, value, strict=False)) for text, value in named.items()}


def holds(exercise, gradient, residual, k):
    answer = exercise(gradient, residual, k=k)
    expected, known = exact(gradient, residual, k), mistakes(gradient, residual, k)
    values = answer.part(1, "values").has(dtype="float")
    values.check(values.value.dtype == np.float16, "the values are not float16, which is what is sent")
    answer.close_to(expected, rtol=1e-9, atol=1e-12, names=NAMES, known=known)
    answer.part(2, "residual").has(shape=gradient.shape, dtype=np.float64)
    return answer


def case(seed, shape, size=1.0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, size, shape), rng.normal(0, size, shape)


def test_by_hand(exercise):
    """wanted = 1, -4, 0.1, 3: sent are -4 and 3, which float16 holds exactly."""
    gradient, residual = np.array([0.5, -3.0, 0.0, 5.0]), np.array([0.5, -1.0, 0.1, -2.0])
    expected = np.array([1, 3]), np.array([-4, 3], np.float16), np.array([1.0, 0.0, 0.1, 0.0])
    answer = exercise(gradient, residual, k=2)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(gradient, residual, 2))


@pytest.mark.parametrize("k", [1, 2, 5, 11, 12])
def test_numbers_of_entries(exercise, k):
    holds(exercise, *case(k, (3, 4)), k)


@pytest.mark.parametrize("shape", [(9,), (2, 3, 4), (1, 1), (), (5, 1)])
def test_shapes(exercise, shape):
    holds(exercise, *case(20, shape), 1)
    gradient, residual = case(21, shape, 200.0)
    holds(exercise, gradient, residual, max(gradient.size // 2, 1))


def test_rounding_errors_stay(exercise):
    gradient, residual = np.array([[1 / 3, 2000.7], [1e-5, -1 / 7]]), np.zeros((2, 2))
    holds(exercise, gradient, residual, 3)
    holds(exercise, gradient, residual, 4)


def test_chosen_before_the_rounding(exercise):
    """In float16 both are 2048."""
    holds(exercise, np.array([2048.1, 2048.4, 1.0]), np.zeros(3), 1)
    holds(exercise, np.array([0.0, 2048.2, -2048.3, 2048.4]), np.zeros(4), 2)


@pytest.mark.parametrize("k", [1, 7, 20])
def test_equally_large_entries(exercise, k):
    gradient = np.where(np.arange(60) % 3 == 0, -2.0, 2.0)
    gradient[[5, 40]] = 0.5, -9.0
    holds(exercise, gradient.reshape(6, 10), np.zeros((6, 10)), k)


def test_the_residual_decides(exercise):
    holds(exercise, np.array([0.1, 1.0, 0.2]), np.array([1.5, -0.9, 0.0]), 1)
    holds(exercise, np.zeros(3), np.array([0.25, -0.5, 0.0]), 2)


def test_nothing_is_lost(exercise):
    """Five steps: all that was sent, plus the last residual, is the sum of the gradients."""
    rng = np.random.default_rng(30)
    gradients = rng.normal(0, 1, (5, 4, 3))
    residual, sent = np.zeros((4, 3)), np.zeros(12)
    for gradient in gradients:
        answer = holds(exercise, gradient, residual, 2)
        sent[answer.value[0]] += answer.value[1]
        residual = answer.value[2]
    lost = np.abs(sent.reshape(4, 3) + residual - gradients.sum(0)).max()
    answer.check(bool(lost < 1e-9), "sent + residual is not the sum of the gradients")


def test_single_precision_in_fortran_order(exercise):
    gradient, residual = case(31, (4, 6))
    holds(exercise, np.asfortranarray(gradient.astype(np.float32)), np.asfortranarray(residual), 5)
    holds(exercise, gradient.astype(np.float32), np.asfortranarray(residual), 5)
    holds(exercise, np.asfortranarray(gradient), residual, 5)


def test_small_residuals_beside_large_gradients(exercise):
    """In float32 the sum would forget the residual."""
    gradient = np.array([1000.0, 3.0], np.float32)
    holds(exercise, gradient, np.array([1e-6, 1e-9]), 1)


@pytest.mark.parametrize("shape", [(4,), (2, 3), (3, 2, 1), (1, 2)])
def test_refuses_other_shapes(exercise, shape):
    because = "gradient and residual must have the same shape"
    exercise.raises(ValueError, np.ones((3, 2)), np.zeros(shape), k=1, because=because)


@pytest.mark.parametrize("k", [0, -1, 7, 100])
def test_refuses_k(exercise, k):
    exercise.raises(ValueError, np.ones((3, 2)), np.zeros((3, 2)), k=k, because="k must be in 1 .. 6")
