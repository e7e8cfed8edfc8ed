"""Grader of reverse_kl_gradient. Oracles: torch autograd (frozen), and complex-step derivatives of the loss.

The complex step d f / d x = Im f(x + i h) / h, h = 1e-30, is exact to rounding and uses the loss alone.
"""

import cmath
import math

import numpy as np
import pytest

NAMES = ("loss", "grad")
STUDENT = [[1.0, -0.5, 2.0, 0.25], [0.0, 3.0, -1.0, 0.5], [-2.0, 0.125, 0.75, 1.5]]
TEACHER = [[2.0, 0.0, 1.0, -1.0], [-0.5, 2.5, 0.5, 0.0], [1.0, -1.5, 3.0, 0.25]]

# T * T * kl_div(log_p, log_q, log_target=True, reduction="batchmean") and its gradient by the student's logits,
# T = 2, float64, torch 2.13.0.
TORCH_LOSS = 0.8033028985248717
TORCH_GRAD = [
    [-0.11675213985162651, -0.03447754657394471, 0.09612136161967572, 0.055108324805895455],
    [0.007439812038171611, 0.03334292429684337, -0.05033564408740666, 0.009552907752391804],
    [-0.07350526633876699, 0.11523827719983513, -0.21803285696895003, 0.17629984610788185],
]


def log_softmax(row):
    """Plain Python, real or complex."""
    top = max(v.real for v in row)
    lse = top + cmath.log(sum(cmath.exp(v - top) for v in row))
    return [v - lse for v in row]


def divergence(z, t, temperature):
    lq, lp = log_softmax([v / temperature for v in z]), log_softmax([v / temperature for v in t])
    return sum(cmath.exp(a) * (a - b) for a, b in zip(lq, lp, strict=True))


def exact(student, teacher, temperature=1.0, weights=None):
    weights = [1.0] * len(student) if weights is None else weights.astype(float).tolist()
    whole = math.fsum(weights)
    loss, grad = 0.0, np.zeros(student.shape)
    for i, weight in enumerate(weights):
        z, t = student[i].astype(float).tolist(), teacher[i].astype(float).tolist()
        share = temperature**2 * weight / whole
        loss += share * complex(divergence(z, t, temperature)).real
        for c in range(len(z)):
            moved = [complex(v, 1e-30 * (k == c)) for k, v in enumerate(z)]
            grad[i, c] = share * divergence(moved, t, temperature).imag / 1e-30
    return loss, grad


def mistakes(student, teacher, temperature=1.0, weights=None):
    """What the usual mistakes return."""
    w = np.ones(len(student)) if weights is None else weights.astype(float)
    right = exact(student, teacher, temperature, weights)

    def soften(x, axis=-1):
        x = x.astype(float) / temperature
        x = x - x.max(axis=axis, keepdims=True)
        return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))

    def pair(lq, lp, *, baseline=True, one=0.0, share=None):
        q, r = np.exp(lq), lq - lp
        d = np.sum(q * r, axis=-1, keepdims=True)
        share = (w / w.sum() if share is None else share)[:, None]
        grad = temperature * share * q * (r + one - (d if baseline else 0.0))
        return {"loss": temperature**2 * float(np.sum(share * d)), "grad": grad}

    lq, lp = soften(student), soften(teacher)
    share = (w / w.sum())[:, None]
    forward = np.exp(lp) * (lp - lq)
    return {
        "the forward divergence (前向 KL), KL(teacher || student), the teacher in front": {
            "loss": temperature**2 * float(np.sum(share * forward))
        },
        "the loss is right, but the gradient is that of the forward divergence, q - p": {
            "loss": right[0],
            "grad": temperature * share * (np.exp(lq) - np.exp(lp)),
        },
        "the loss is right, but the gradient is p - q, the forward one with p and q exchanged": {
            "loss": right[0],
            "grad": temperature * share * (np.exp(lp) - np.exp(lq)),
        },
        "the baseline - D is missing in the gradient: it no longer sums to 0 over the classes": pair(
            lq, lp, baseline=False
        ),
        "the derivative by q, r + 1, was multiplied by q; the softmax's Jacobian (雅可比) has a second term": pair(
            lq, lp, baseline=False, one=1.0
        ),
        "the + 1 of the derivative was kept; it cancels in the softmax's Jacobian": pair(lq, lp, one=1.0),
        "the gradient is by the probabilities q, not by the logits": {
            "loss": right[0],
            "grad": temperature * share * (lq - lp + 1),
        },
        "T^2 is missing in the loss": {"loss": right[0] / temperature**2},
        "T^2 is missing in the gradient, the loss has it": {"loss": right[0], "grad": right[1] / temperature**2},
        "the chain rule's 1 / T is missing in the gradient": {"loss": right[0], "grad": right[1] * temperature},
        "the gradient has the wrong sign": {"loss": right[0], "grad": -right[1]},
        "the weights are ignored": pair(lq, lp, share=np.full(len(w), 1 / len(w))),
        "divided by the number of tokens; the weights must be divided by their own sum": pair(lq, lp, share=w / len(w)),
        "not divided by the sum of the weights": pair(lq, lp, share=w),
        "the mean ran over the classes as well": {"loss": right[0] / student.shape[1]},
        "the softmax ran over the tokens; the classes are the last axis": pair(soften(student, 0), soften(teacher, 0)),
    }


def holds(exercise, student, teacher, temperature=1.0, weights=None):
    known = mistakes(student, teacher, temperature, weights)
    answer = exercise(student, teacher, temperature=temperature, weights=weights)
    expected = exact(student, teacher, temperature, weights)
    answer.close_to(expected, rtol=1e-9, atol=1e-10, names=NAMES, known=known)
    answer.part(1, "grad").has(shape=student.shape, dtype=np.float64)


def logits(seed, shape=(4, 6), size=2.0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, size, shape), rng.normal(0, size, shape)


def test_agrees_with_torch(exercise):
    z, t = np.array(STUDENT), np.array(TEACHER)
    answer = exercise(z, t, temperature=2.0)
    expected = TORCH_LOSS, np.array(TORCH_GRAD)
    answer.close_to(expected, rtol=1e-9, atol=1e-10, names=NAMES, known=mistakes(z, t, 2.0))


def test_by_hand(exercise):
    """q = (1/2, 1/2), p = (3/4, 1/4): D = ln(2 / 3) / 2 + ln(2) / 2, the gradient -+ ln(3) / 4."""
    z, t = np.array([[1.0, 1.0]]), np.array([[math.log(3.0), 0.0]])
    expected = 0.5 * math.log(4 / 3), np.array([[-math.log(3.0) / 4, math.log(3.0) / 4]])
    exercise(z, t).close_to(expected, rtol=1e-9, atol=1e-10, names=NAMES, known=mistakes(z, t))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0, 20.0])
def test_temperatures(exercise, temperature):
    holds(exercise, *logits(1), temperature)


@pytest.mark.parametrize("shape", [(1, 5), (5, 5), (5, 1), (7, 2)])
def test_shapes(exercise, shape):
    holds(exercise, *logits(2, shape), 2.0)


@pytest.mark.parametrize(
    "weights", [[1.0, 0.5, 0.0, 3.0], [0.0, 0.0, 0.25, 0.0], [2.0, 2.0, 2.0, 2.0], [0.1, 0.7, 0.3, 0.6]]
)
def test_weights(exercise, weights):
    holds(exercise, *logits(3), 2.0, np.array(weights))
    holds(exercise, *logits(4), 1.0, np.array(weights, np.float32))


def test_a_student_far_from_the_teacher(exercise):
    """q or p underflow to 0, and ln p is -10000 where q is not 0."""
    z = np.array([[5000.0, 0.0, -5000.0], [-5000.0, -5000.0, -5000.0], [0.0, 900.0, 0.0]])
    t = np.array([[-5000.0, 0.0, 5000.0], [-5000.0, 5000.0, -5000.0], [900.0, 0.0, 0.0]])
    answer = exercise(z, t)
    finite = bool(np.isfinite(answer.part(0, "loss").has(shape=(), dtype="float").value))
    answer.check(finite, "NaN or infinity: q / p was divided where both underflow; subtract ln p from ln q instead")
    holds(exercise, z, t, 1.0)
    holds(exercise, z, t, 3.0)


def test_equal_distributions(exercise):
    z, _ = logits(5)
    exercise(z, z - 3.0).close_to((0.0, np.zeros(z.shape)), rtol=0, atol=1e-9, names=NAMES)


def test_float32_in_fortran_order(exercise):
    z, t = (np.asfortranarray(a.astype(np.float32)) for a in logits(6))
    holds(exercise, z, t, 2.0)
    holds(exercise, z.astype(np.float64), t, 2.0)
    holds(exercise, z, t.astype(np.float64), 2.0)


def test_refuses_weights(exercise):
    case = logits(7)
    because = "a weight is negative"
    exercise.raises(ValueError, *case, weights=np.array([1.0, 2.0, -0.5, 1.0]), because=because)
    exercise.raises(ValueError, *case, weights=np.zeros(4), because="the weights sum to 0: the mean is over nothing")
