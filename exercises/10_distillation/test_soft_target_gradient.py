"""Grader of soft_target_gradient. Oracles: torch autograd (frozen), and complex-step derivatives of the loss.

The complex step d f / d x = Im f(x + i h) / h, h = 1e-30, is exact to rounding and uses the loss alone.
"""

import cmath
import math

import numpy as np
import pytest

STUDENT = [[1.0, -0.5, 2.0, 0.25], [0.0, 3.0, -1.0, 0.5], [-2.0, 0.125, 0.75, 1.5]]
TEACHER = [[2.0, 0.0, 1.0, -1.0], [-0.5, 2.5, 0.5, 0.0], [1.0, -1.5, 3.0, 0.25]]

# Gradient of T * T * kl_div(log_softmax(z / T), softmax(t / T), reduction="batchmean"), T = 2, torch 2.13.0, float64.
TORCH = [
    [-0.12831679655498912, -0.02891436117400914, 0.10461020152174605, 0.05262095620725219],
    [0.011200338029360303, 0.05019643253027588, -0.07577828926482917, 0.014381518705192902],
    [-0.09307571620592191, 0.10110117564786304, -0.19239342490324327, 0.18436796546130219],
]


def loss(rows, teacher_rows, temperature):
    """T^2 sum KL over rows; ``rows`` may be complex."""
    total = 0
    for z, t in zip(rows, teacher_rows, strict=True):
        top = max(v.real for v in z)
        lse = cmath.log(sum(cmath.exp((v - top) / temperature) for v in z))
        best = max(t)
        weights = [math.exp((v - best) / temperature) for v in t]
        whole = math.fsum(weights)
        for v, w in zip(z, weights, strict=True):
            p = w / whole
            total += p * ((math.log(p) if p > 0 else 0.0) - ((v - top) / temperature - lse))
    return temperature**2 * total


def exact(student, teacher, temperature, mask=None):
    mask = np.ones(student.shape[:2], bool) if mask is None else mask
    grad = np.zeros(student.shape)
    for i, j in np.argwhere(mask):
        z, t = student[i, j].astype(float).tolist(), teacher[i, j].astype(float).tolist()
        for c in range(len(z)):
            moved = [complex(v, 1e-30 * (k == c)) for k, v in enumerate(z)]
            grad[i, j, c] = loss([moved], [t], temperature).imag / 1e-30 / mask.sum()
    return grad.astype(student.dtype)


def soften(x, axis=-1):
    x = np.exp(x - x.max(axis=axis, keepdims=True))
    return x / x.sum(axis=axis, keepdims=True)


def mistakes(student, teacher, temperature, mask=None):
    """What the usual mistakes return."""
    mask = np.ones(student.shape[:2], bool) if mask is None else mask
    z, t = (np.where(mask[..., None], a, 0.0).astype(float) for a in (student, teacher))
    p, q = soften(t / temperature), soften(z / temperature)
    n = mask.sum()
    keep = mask[..., None] * 1.0
    right = temperature * keep * (q - p) / n
    kl = np.sum(p * np.log(np.maximum(p, 1e-300) / np.maximum(q, 1e-300)), axis=-1, keepdims=True)
    return {
        "T^2 was left out: what remains of T^2 and of the chain rule's 1 / T is T": right / temperature**2,
        "the chain rule's 1 / T was forgotten: T^2 stands where T belongs": right * temperature,
        "neither T^2 nor 1 / T is there: T is what remains of both": right / temperature,
        "the sign is wrong: this is the direction of descent (下降方向), p - q": -right,
        "the sum was not divided by the number of counted positions": right * n,
        "divided by all the positions, padding (填充) as well": right * n / mask.size,
        "divided by the batch alone": right * n / len(student),
        "divided by the classes as well": right / student.shape[-1],
        "the gradient of the reverse divergence, KL(student || teacher)": (
            temperature * keep * q * (np.log(np.maximum(q, 1e-300) / np.maximum(p, 1e-300)) - kl_reverse(p, q)) / n
        ),
        "the softmax ran over the tokens; the classes are the last axis": (
            temperature * keep * (soften(z / temperature, 1) - soften(t / temperature, 1)) / n
        ),
        "the distributions at T = 1 were subtracted; both are softened": temperature
        * keep
        * (soften(z) - soften(t))
        / n,
        "the derivative by the student's probabilities, -p / q, not by its logits": (
            -temperature * keep * p / np.maximum(q, 1e-300) / n
        ),
        "the mask is upside down: True means that the position counts": (
            temperature * (1 - keep) * (q - p) / max(mask.size - n, 1)
        ),
        "KL was multiplied in as in the chain rule of a product": right * kl,
    }


def kl_reverse(p, q):
    return np.sum(q * np.log(np.maximum(q, 1e-300) / np.maximum(p, 1e-300)), axis=-1, keepdims=True)


def holds(exercise, student, teacher, temperature, mask=None, told=None):
    known = {**mistakes(student, teacher, temperature, mask), **(told or {})}
    answer = exercise(student, teacher, temperature=temperature, mask=mask)
    answer.close_to(exact(student, teacher, temperature, mask), rtol=1e-6, atol=1e-9, dtype="exact", known=known)


def logits(seed, shape=(2, 3, 4)):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 2, shape), rng.normal(0, 2, shape)


def test_agrees_with_torch(exercise):
    z, t = np.array([STUDENT]), np.array([TEACHER])
    answer = exercise(z, t, temperature=2.0)
    answer.close_to(np.array([TORCH]), rtol=1e-6, atol=1e-9, known=mistakes(z, t, 2.0))


def test_by_hand(exercise):
    """q = (1/2, 1/2), p = (3/4, 1/4), T = 1, two positions."""
    z, t = np.zeros((2, 1, 2)), np.array([[[math.log(3.0), 0.0]], [[0.0, 0.0]]])
    expected = np.array([[[-0.125, 0.125]], [[0.0, 0.0]]])
    answer = exercise(z, t, temperature=1.0)
    answer.close_to(expected, rtol=1e-6, atol=1e-9, known=mistakes(z, t, 1.0))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0, 20.0])
def test_every_position_counts(exercise, temperature):
    holds(exercise, *logits(1, (2, 3, 5)), temperature)


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_some_positions_count(exercise, temperature):
    mask = np.array([[True, True, False], [True, False, False]])
    holds(exercise, *logits(2), temperature, mask)
    mask = np.array([[False, False, True], [False, False, False]])
    holds(exercise, *logits(3), temperature, mask)


def test_as_many_positions_as_classes(exercise):
    mask = np.array([[True, False, True], [True, True, True], [False, True, True]])
    holds(exercise, *logits(4, (3, 3, 3)), 2.0, mask)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_padding_may_hold_anything(exercise, value):
    mask = np.array([[True, True, False], [True, False, True]])
    z, t = logits(5)
    z[~mask], t[1, 1] = value, value
    grad = exact(z, t, 3.0, mask)
    told = {
        "the padding was multiplied by 0 after the softmax: 0 * NaN is NaN": np.where(mask[..., None], grad, np.inf),
        **mistakes(z, t, 3.0, mask),
    }
    answer = exercise(z, t, temperature=3.0, mask=mask)
    answer.has(shape=z.shape)
    finite = bool(np.isfinite(answer.value).all())
    answer.check(finite, "NaN came out of padding: 0 * NaN is NaN, so leave those positions out before the softmax")
    answer.close_to(grad, rtol=1e-6, atol=1e-9, known=told)


def test_large_logits(exercise):
    z = np.array([[[10000.0, 0.0, -10000.0], [-9000.0, -9001.0, -9000.0]]])
    t = np.array([[[0.0, 0.0, 10000.0], [-9000.0, -9000.0, -9001.0]]])
    holds(exercise, z, t, 2.0)


@pytest.mark.parametrize(("dtype", "other"), [("f4", "f8"), ("f8", "f4"), ("f4", "f4")])
def test_dtype_is_the_students(exercise, dtype, other):
    z, t = logits(6, (2, 2, 6))
    holds(exercise, z.astype(dtype), t.astype(other), 2.0, np.array([[True, False], [True, True]]))


def test_close_distributions(exercise):
    """Nearly equal logits: float32 arithmetic would lose the difference of q and p."""
    z, t = logits(7, (1, 2, 5))
    z = z.astype(np.float32)
    holds(exercise, z, (z + 1e-4 * t).astype(np.float32), 2.0)


def test_leaves_fortran_ordered_logits_alone(exercise):
    z, t = logits(8)
    holds(exercise, np.asfortranarray(z), np.asfortranarray(t), 2.0, np.asfortranarray(z[..., 0] > 0))


def test_refuses_an_empty_mean(exercise):
    z, t = logits(9)
    none = np.zeros((2, 3), bool)
    exercise.raises(ValueError, z, t, temperature=2.0, mask=none, because="no position counts")
    exercise.raises(ValueError, z[:0], t[:0], temperature=2.0, because="no position counts")


@pytest.mark.parametrize("shape", [(2, 3, 1), (2, 3, 5), (1, 3, 4), (3, 4)])
def test_refuses_other_shapes(exercise, shape):
    exercise.raises(
        ValueError, logits(10)[0], np.ones(shape), temperature=2.0, because="the shapes of the logits differ"
    )


@pytest.mark.parametrize("shape", [(2,), (2, 1), (3, 2), (2, 3, 4), (2, 3, 1)])
def test_refuses_another_mask(exercise, shape):
    because = "the mask must have the shape (batch, tokens)"
    exercise.raises(ValueError, *logits(11), temperature=2.0, mask=np.ones(shape, bool), because=because)
