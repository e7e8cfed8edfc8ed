"""Grader of movement_importance.

Oracle: a closed form without any weight in between. Since w_{t+1}**2 = w_t**2 - 2 lr w_t g_t + lr**2 g_t**2, the sum
telescopes: score = (w_T**2 - w_0**2 - lr**2 sum g**2) / (2 lr), computed in rational numbers.
"""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("score", "w_end")
TOLERANCE = {"rtol": 1e-6, "atol": 1e-9}


def telescoped(w, grads, lr):
    rate = Fraction(lr)
    scores, ends = [], []
    columns = grads.reshape(len(grads), w.size).T.tolist()
    for start, gs in zip(w.ravel().tolist(), columns, strict=True):
        start, gs = Fraction(start), [Fraction(g) for g in gs]
        end = start - rate * sum(gs)
        scores.append(float((end**2 - start**2 - rate**2 * sum(g * g for g in gs)) / (2 * rate)))
        ends.append(float(end))
    return np.array(scores, np.float64).reshape(w.shape), np.array(ends, np.float64).reshape(w.shape)


def mistakes(w, grads, lr):
    score, end = telescoped(w, grads, lr)
    w, grads = w.astype(np.float64), grads.astype(np.float64)
    path = w - lr * np.concatenate([np.zeros((1, *w.shape)), np.cumsum(grads, axis=0)])
    before, after = path[:-1], path[1:]
    wrong = {
        "the sign is wrong: a step away from zero must count as positive": -score,
        "the weight after the step was used: take the one before it (更新前)": -(after * grads).sum(axis=0),
        "the first weights were used in every step: the weight moves": -(w * grads).sum(axis=0),
        "the last weights were used in every step: take the weight before each step": -(end * grads).sum(axis=0),
        "there is a factor lr in the score": lr * score,
        "the terms were made positive (abs): moving towards zero must count as negative": np.abs(before * grads).sum(
            axis=0
        ),
        "abs of the score: a negative score says that the weight shrinks": np.abs(score),
        "the terms were squared (that is Taylor importance)": ((before * grads) ** 2).sum(axis=0),
        "the mean over the steps; the sum is asked for": score / max(len(grads), 1),
        "only the last step counts: the scores must add up": -(before * grads)[-1] if len(grads) else score,
        "the scores are magnitudes of the weights": np.abs(end),
        "the distance between end and start: that is not how the score is defined": np.abs(end) - np.abs(w),
        "the weights went uphill (w + lr * g)": -((2 * w - before) * grads).sum(axis=0),
    }
    found = {text: {"score": s} for text, s in wrong.items()}
    return found | {
        "w_end is the given w: the steps were not taken": {"score": score, "w_end": w},
        "w_end lacks the last step": {"score": score, "w_end": before[-1] if len(grads) else w},
        "w_end went uphill (w + lr * g)": {"w_end": 2 * w - end},
        "score and w_end are in the wrong order": {"score": end, "w_end": score},
    }


def holds(exercise, w, grads, lr):
    answer = exercise(w, grads, lr=lr)
    answer.part(0, "score").has(shape=w.shape, dtype="float64")
    answer.part(1, "w_end").has(shape=w.shape, dtype="float64")
    answer.close_to(telescoped(w, grads, lr), **TOLERANCE, names=NAMES, known=mistakes(w, grads, lr))


def run(seed, shape=(4, 6), steps=5, dtype=np.float64):
    """Gradients with a common part, so that the weights really go somewhere."""
    rng = np.random.default_rng(seed)
    grads = rng.normal(0, 1, shape) + rng.normal(0, 1, (steps, *shape))
    return rng.normal(0, 1, shape).astype(dtype), grads.astype(dtype)


def test_by_hand(exercise):
    w, grads = np.array([1.0, -1.0, 2.0]), np.array([[2.0, 1.0, 0.0], [2.0, 1.0, -1.0]])
    # w: 1, -1, -3; -1, -2, -3; 2, 2, 3
    answer = exercise(w, grads, lr=1.0)
    expected = np.array([0.0, 3.0, 2.0]), np.array([-3.0, -3.0, 3.0])
    answer.close_to(expected, **TOLERANCE, names=NAMES, known=mistakes(w, grads, 1.0))


@pytest.mark.parametrize("lr", [0.05, 0.5, 1.0, 2.0])
def test_rates(exercise, lr):
    holds(exercise, *run(1), lr)


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 3), (2, 3, 4)])
def test_shapes(exercise, shape):
    holds(exercise, *run(2, shape), 0.3)
    holds(exercise, *run(3, shape, steps=3), 0.3)


@pytest.mark.parametrize("steps", [0, 1, 2, 10])
def test_steps(exercise, steps):
    holds(exercise, *run(4, steps=steps), 0.2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_inputs_are_computed_in_double_precision(exercise, dtype):
    holds(exercise, *run(5, (3, 5), 30, dtype), 0.01)
    holds(exercise, *run(5, (3, 5), 0, dtype), 0.01)


def test_only_the_gradients_in_single_precision(exercise):
    w, grads = run(6, (3, 5), 30)
    holds(exercise, w, grads.astype(np.float32), 0.01)
    holds(exercise, w.astype(np.float32), grads, 0.01)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    w, grads = run(7)
    holds(exercise, np.asfortranarray(w), np.asfortranarray(grads), 0.4)


@pytest.mark.parametrize("shape", [(4, 6), (5, 6, 4), (5, 1, 6), (5, 6), (2, 5, 4, 6), (5,)])
def test_refuses_grads(exercise, shape):
    because = "grads must be of shape (steps, 4, 6)"
    exercise.raises(ValueError, np.ones((4, 6)), np.ones(shape), lr=0.1, because=because)


@pytest.mark.parametrize("lr", [0.0, -0.1, float("nan")])
def test_refuses_rate(exercise, lr):
    exercise.raises(ValueError, *run(8), lr=lr, because="lr must be above 0")
