"""Grader of soft_target_loss_value. Oracles: torch.nn.functional.kl_div (frozen), and sums in plain Python floats."""

import math

import numpy as np
import pytest

STUDENT = [[1.0, -0.5, 2.0, 0.25], [0.0, 3.0, -1.0, 0.5], [-2.0, 0.125, 0.75, 1.5]]
TEACHER = [[2.0, 0.0, 1.0, -1.0], [-0.5, 2.5, 0.5, 0.0], [1.0, -1.5, 3.0, 0.25]]

# T * T * kl_div(log_softmax(student / T), softmax(teacher / T), reduction="batchmean"), float64, torch 2.13.0.
TORCH = [(1.0, 0.5189947591763672), (2.0, 0.7682757758320599), (4.0, 0.8948408390028358)]


def log_softmax(row, temperature):
    """Plain Python, one position."""
    scaled = [float(v) / temperature for v in row]
    top = max(scaled)
    lse = top + math.log(math.fsum(math.exp(v - top) for v in scaled))
    return [v - lse for v in scaled]


def divergence(student_row, teacher_row, temperature):
    lq, lp = log_softmax(student_row, temperature), log_softmax(teacher_row, temperature)
    return math.fsum(math.exp(a) * (a - b) for a, b in zip(lp, lq, strict=True))


def exact(student, teacher, temperature):
    rows = zip(student.reshape(-1, student.shape[-1]), teacher.reshape(-1, teacher.shape[-1]), strict=True)
    return temperature**2 * float(np.mean([divergence(s, t, temperature) for s, t in rows]))


def soften(x, axis=-1):
    x = np.exp(x - x.max(axis=axis, keepdims=True))
    return x / x.sum(axis=axis, keepdims=True)


def mistakes(student, teacher, temperature):
    """What the usual mistakes return."""
    z, t = student.astype(np.float64), teacher.astype(np.float64)
    with np.errstate(all="ignore"):
        p, q = soften(t / temperature), soften(z / temperature)
        right = exact(student, teacher, temperature)
        positions = z.size / z.shape[-1]
        found = {
            "T^2 is missing: the gradients would shrink as 1 / T^2": right / temperature**2,
            "T stands where T^2 belongs": right / temperature,
            "the mean ran over the classes as well; only the positions are averaged": right / z.shape[-1],
            "the sum was not divided by the number of positions": right * positions,
            "the sum was divided by the first axis alone (batchmean); every axis before the last counts": (
                right * positions / z.shape[0]
            ),
            "the divergence is the wrong way round, KL(student || teacher); forward KL (前向 KL) is asked for": exact(
                teacher, student, temperature
            ),
            "the logarithms are base 2; nats (自然对数) are asked for": right / math.log(2),
            "the cross-entropy of p and q: the teacher's own entropy (熵) was not taken away": (
                -(temperature**2) * np.sum(p * np.log(q)) / positions
            ),
            "only the teacher was softened; T divides the student's logits too": (
                temperature**2 * np.sum(p * np.log(p / soften(z))) / positions
            ),
            "only the student was softened; T divides the teacher's logits too": (
                temperature**2 * np.sum(soften(t) * np.log(soften(t) / q)) / positions
            ),
            "the logits were multiplied by T; they are divided by it": exact(student, teacher, 1 / temperature)
            * temperature**4,
            "the teacher's logits stand where its probabilities belong": (
                temperature**2 * np.sum(t * (np.log(p) - np.log(q))) / positions
            ),
        }
        if z.ndim > 1:
            p0, q0 = soften(t / temperature, 0), soften(z / temperature, 0)
            found["the softmax ran over the first axis; the classes are the last one"] = (
                temperature**2 * np.sum(p0 * np.log(p0 / q0)) / positions
            )
    return {k: v for k, v in found.items() if np.isfinite(v)}


def bounded(student, teacher, temperature):
    """What an epsilon inside the logarithm returns: ln(q + epsilon) stops at ln epsilon."""
    p, q = soften(teacher / temperature), soften(student / temperature)
    found = {}
    for epsilon in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30):
        ratios = {
            "in the logarithm": np.log(p + epsilon) - np.log(q + epsilon),
            "under the quotient": np.log(p / (q + epsilon) + epsilon),
            "as a floor": np.log(np.maximum(p, epsilon) / np.maximum(q, epsilon)),
        }
        for place, ratio in ratios.items():
            text = f"an epsilon of {epsilon:g} {place} bounds the loss; use a log-softmax"
            found[text] = temperature**2 * np.sum(p * ratio) / (p.size / p.shape[-1])
    return found


def holds(exercise, student, teacher, temperature):
    known = mistakes(student, teacher, temperature)
    answer = exercise(student, teacher, temperature=temperature)
    answer.close_to(exact(student, teacher, temperature), rtol=1e-9, atol=1e-12, known=known)


def logits(seed, shape, size=2.0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, size, shape), rng.normal(0, size, shape)


@pytest.mark.parametrize(("temperature", "loss"), TORCH)
def test_agrees_with_torch(exercise, temperature, loss):
    z, t = np.array(STUDENT), np.array(TEACHER)
    known = mistakes(z, t, temperature)
    exercise(z, t, temperature=temperature).close_to(loss, rtol=1e-9, atol=1e-12, known=known)


def test_by_hand(exercise):
    """p = (3/4, 1/4), q = (1/2, 1/2), T = 1: KL = 3/4 ln(3/2) + 1/4 ln(1/2)."""
    z, t = np.array([[7.0, 7.0]]), np.array([[math.log(3.0), 0.0]])
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    exercise(z, t).close_to(expected, rtol=1e-9, atol=1e-12, known=mistakes(z, t, 1.0))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0, 20.0])
@pytest.mark.parametrize("shape", [(4, 7), (5, 5), (2, 3, 4), (2, 1, 3, 5), (6,), (1, 3)])
def test_shapes_and_temperatures(exercise, shape, temperature):
    holds(exercise, *logits(len(shape), shape), temperature)


def test_large_logits(exercise):
    z = np.array([[10000.0, 0.0, -10000.0], [-9000.0, -9100.0, -9000.0], [0.0, 800.0, 0.0]])
    t = np.array([[0.0, 0.0, 10000.0], [-9000.0, -9000.0, -9100.0], [800.0, 0.0, 0.0]])
    for temperature in (1.0, 4.0):
        expected = exact(z, t, temperature)
        answer = exercise(z, t, temperature=temperature).has(shape=(), dtype="float")
        told = "NaN or infinity: an exponential overflowed, or the logarithm of 0 was taken (数值稳定)"
        answer.check(bool(np.isfinite(answer.value)), told)
        answer.close_to(expected, rtol=1e-9, atol=1e-12, known=bounded(z, t, temperature))


def test_equal_logits(exercise):
    z, _ = logits(7, (3, 4))
    exercise(z, z + 5.0, temperature=2.0).close_to(0.0, rtol=0, atol=1e-12)
    exercise(np.ones((2, 1)), np.zeros((2, 1))).close_to(0.0, rtol=0, atol=1e-12)


def test_float32_logits_are_computed_in_float64(exercise):
    z, t = (a.astype(np.float32) for a in logits(8, (3, 9)))
    holds(exercise, z, t, 3.0)
    holds(exercise, z, t.astype(np.float64), 3.0)
    holds(exercise, z.astype(np.float64), t, 3.0)


def test_leaves_fortran_ordered_logits_alone(exercise):
    z, t = logits(9, (3, 4))
    holds(exercise, np.asfortranarray(z), np.asfortranarray(t), 2.0)


def test_returns_one_float(exercise):
    z, t = logits(10, (2, 3))
    exercise(z, t, temperature=2).has(shape=(), dtype="float")


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("inf"), float("nan")])
def test_refuses_temperature(exercise, temperature):
    because = "the temperature (温度) must be above 0 and finite"
    exercise.raises(ValueError, *logits(11, (2, 3)), temperature=temperature, because=because)


@pytest.mark.parametrize("shapes", [((2, 3), (2, 4)), ((2, 3), (1, 3)), ((2, 3), (3,)), ((0, 3), (0, 3))])
def test_refuses_shapes(exercise, shapes):
    because = "the shapes must be equal, with at least one element"
    exercise.raises(ValueError, *(np.ones(s) for s in shapes), because=because)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(exercise, value):
    z, t = logits(12, (2, 3))
    bad = z.copy()
    bad[1, 2] = value
    exercise.raises(ValueError, bad, t, because="a student logit is NaN or infinite")
    exercise.raises(ValueError, t, bad, because="a teacher logit is NaN or infinite")
