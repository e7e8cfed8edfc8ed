"""Grader of combined_distillation_loss. Oracles: torch with autograd (frozen), and complex-step derivatives.

The complex step d f / d x = Im f(x + i h) / h, h = 1e-30, is exact to rounding and uses the loss alone.
"""

import cmath
import math

import numpy as np
import pytest

NAMES = ("loss", "grad")
STUDENT = [[1.0, -0.5, 2.0, 0.25], [0.0, 3.0, -1.0, 0.5], [-2.0, 0.125, 0.75, 1.5]]
TEACHER = [[2.0, 0.0, 1.0, -1.0], [-0.5, 2.5, 0.5, 0.0], [1.0, -1.5, 3.0, 0.25]]
LABELS = [2, -1, 0]

# alpha * T * T * kl_div(..., reduction="batchmean") + (1 - alpha) * cross_entropy(z, labels, ignore_index=-1),
# loss and gradient by z, for (T, alpha), float64, torch 2.13.0.
TORCH = [
    (
        2.0,
        0.75,
        1.1446355691158772,
        [
            [-0.06791719148082984, -0.015366634168669827, 0.030440495970123743, 0.0528433296793759],
            [0.00840025352202022, 0.03764732439770689, -0.05683371694862189, 0.010786139028894673],
            [-0.1926564707975193, 0.09383026015944942, -0.11065846147155126, 0.20948467210962118],
        ],
    ),
    (
        4.0,
        0.25,
        1.928996421476206,
        [
            [0.056028577246880554, 0.008492325071509068, -0.12227028772506733, 0.057749385406677727],
            [0.00605108437910723, 0.012810145731094704, -0.025718007013764123, 0.006856776903562182],
            [-0.40458878856739394, 0.08954213379536895, 0.05747905564908944, 0.25756759912293553],
        ],
    ),
]


def log_softmax(row):
    """Plain Python, real or complex."""
    top = max(v.real for v in row)
    lse = top + cmath.log(sum(cmath.exp(v - top) for v in row))
    return [v - lse for v in row]


def loss_of(rows, teacher, labels, temperature, alpha):
    labelled = sum(label != -1 for label in labels)
    total = 0
    for z, t, label in zip(rows, teacher, labels, strict=True):
        lq, lp = log_softmax([v / temperature for v in z]), log_softmax([v / temperature for v in t])
        kl = sum(math.exp(a.real) * (a.real - b) for a, b in zip(lp, lq, strict=True))
        total += alpha * temperature**2 * kl / len(rows)
        if label != -1:
            total -= (1 - alpha) * log_softmax(z)[label] / labelled
    return total


def exact(student, teacher, labels, temperature, alpha):
    z, t, y = student.astype(float).tolist(), teacher.astype(float).tolist(), labels.tolist()
    grad = np.zeros(student.shape)
    for i, c in np.ndindex(student.shape):
        moved = [list(row) for row in z]
        moved[i][c] = complex(z[i][c], 1e-30)
        grad[i, c] = loss_of(moved, t, y, temperature, alpha).imag / 1e-30
    return complex(loss_of(z, t, y, temperature, alpha)).real, grad


def soften(x):
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return x / x.sum(axis=-1, keepdims=True)


def combined(student, teacher, labels, temperature, alpha, *, soft_by=None, hard_by=None, hard_t=1.0, scale=None):
    """The loss and its gradient with one thing changed."""
    z, t = student.astype(float), teacher.astype(float)
    p, q, s = soften(t / temperature), soften(z / temperature), soften(z / hard_t)
    batch = len(z)
    rows = np.flatnonzero(labels >= 0)
    scale = temperature**2 if scale is None else scale
    tiny = 1e-300
    soft = scale * np.sum(p * np.log(np.maximum(p, tiny) / np.maximum(q, tiny))) / (soft_by or batch)
    grad = alpha * scale / temperature * (q - p) / (soft_by or batch)
    hard = 0.0
    if len(rows):
        n = hard_by or len(rows)
        hard = -np.log(np.maximum(s[rows, labels[rows]], tiny)).sum() / n
        g = s[rows]
        g[np.arange(len(rows)), labels[rows]] -= 1
        grad[rows] += (1 - alpha) * g / hard_t / n
    return alpha * soft + (1 - alpha) * hard, grad


def mistakes(student, teacher, labels, temperature, alpha):
    """What the usual mistakes return."""

    def pair(*args, **options):
        return dict(zip(NAMES, combined(*args, **options), strict=True))

    case = (student, teacher, labels, temperature, alpha)
    batch, classes = student.shape
    labelled = max(int((labels >= 0).sum()), 1)
    right = combined(*case)
    return {
        "the hard loss was divided by the whole batch; only the labelled samples (有标签样本) count": pair(
            *case, hard_by=batch
        ),
        "the soft loss was divided by the labelled samples; all samples count": pair(*case, soft_by=labelled),
        "a label of -1 was used as an index: in NumPy that is the last class": pair(
            student, teacher, labels % classes, temperature, alpha
        ),
        "a label of -1 was taken for class 0": pair(student, teacher, np.maximum(labels, 0), temperature, alpha),
        "samples without a label were left out of the soft loss too": pair(
            *(a[labels >= 0] for a in (student, teacher, labels)), temperature, alpha
        )
        if (labels >= 0).any() and (labels >= 0).sum() < batch
        else {"loss": np.inf},
        "the hard loss was taken at temperature T; it belongs at T = 1": pair(*case, hard_t=temperature),
        "T^2 is missing in the soft loss": pair(*case, scale=1.0),
        "alpha weighs the wrong term: here it weighs the soft one": pair(
            student, teacher, labels, temperature, 1 - alpha
        ),
        "the soft loss was averaged over the classes as well": pair(*case, soft_by=batch * classes),
        "the loss is right and the gradient lacks T^2": {"loss": right[0], "grad": combined(*case, scale=1.0)[1]},
        "the gradient forgets the chain rule's 1 / T in the soft term": {
            "loss": right[0],
            "grad": combined(*case, scale=temperature**3)[1],
        },
        "the gradient has the wrong sign": {"loss": right[0], "grad": -right[1]},
        "only the soft term is in the gradient": {
            "loss": right[0],
            "grad": combined(student, teacher, np.full(batch, -1), temperature, alpha)[1],
        },
    }


def holds(exercise, student, teacher, labels, temperature, alpha):
    case = (student, teacher, labels, temperature, alpha)
    answer = exercise(student, teacher, labels, temperature=temperature, alpha=alpha)
    answer.close_to(exact(*case), rtol=1e-7, atol=1e-10, dtype="kind", names=NAMES, known=mistakes(*case))
    answer.part(1, "grad").has(shape=student.shape, dtype=np.float64)


def case(seed, batch=4, classes=5, size=1.5):
    rng = np.random.default_rng(seed)
    z, t = rng.normal(0, size, (2, batch, classes))
    return z, t, rng.integers(-1, classes, batch)


@pytest.mark.parametrize(("temperature", "alpha", "loss", "grad"), TORCH)
def test_agrees_with_torch(exercise, temperature, alpha, loss, grad):
    arrays = np.array(STUDENT), np.array(TEACHER), np.array(LABELS)
    answer = exercise(*arrays, temperature=temperature, alpha=alpha)
    known = mistakes(*arrays, temperature, alpha)
    answer.close_to((loss, np.array(grad)), rtol=1e-7, atol=1e-10, names=NAMES, known=known)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_weights_and_temperatures(exercise, alpha, temperature):
    z, t, _ = case(1)
    holds(exercise, z, t, np.array([3, -1, 0, 4]), temperature, alpha)


def test_every_sample_has_a_label(exercise):
    z, t, _ = case(2)
    holds(exercise, z, t, np.array([0, 4, 2, 0]), 3.0, 0.4)


def test_no_sample_has_a_label(exercise):
    z, t, _ = case(3)
    answer = exercise(z, t, np.full(4, -1), temperature=3.0, alpha=0.4)
    finite = bool(np.isfinite(answer.part(0, "loss").has(shape=(), dtype="float").value))
    answer.check(finite, "the mean over no labelled sample was taken, 0 / 0; the hard loss is 0 there")
    holds(exercise, z, t, np.full(4, -1), 3.0, 0.4)


def test_as_many_samples_as_classes(exercise):
    z, t, _ = case(4, 3, 3)
    holds(exercise, z, t, np.array([-1, 2, 1]), 2.0, 0.5)


@pytest.mark.parametrize("label", [-1, 1])
def test_one_sample(exercise, label):
    z, t, _ = case(5, 1, 2)
    holds(exercise, z, t, np.array([label]), 2.0, 0.5)


def test_large_logits(exercise):
    z = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -999.0, -1000.0]])
    t = np.array([[0.0, 0.0, 1000.0], [-1000.0, -1000.0, -999.0]])
    holds(exercise, z, t, np.array([2, 0]), 2.0, 0.5)


def test_float32_in_fortran_order(exercise):
    z, t, y = case(6)
    z, t = (np.asfortranarray(a.astype(np.float32)) for a in (z, t))
    holds(exercise, z, t, y.astype(np.int32), 3.0, 0.6)
    holds(exercise, z.astype(np.float64), t, y.astype(np.int8), 3.0, 0.6)


@pytest.mark.parametrize("alpha", [-0.01, 1.01, float("nan")])
def test_refuses_alpha(exercise, alpha):
    z, t, y = case(7)
    exercise.raises(ValueError, z, t, y, temperature=2.0, alpha=alpha, because="alpha must be in 0 .. 1")


@pytest.mark.parametrize("label", [-2, -100, 5, 6])
def test_refuses_labels(exercise, label):
    z, t, _ = case(8)
    because = "a label must be -1 or in 0 .. 4"
    exercise.raises(ValueError, z, t, np.array([0, 1, label, 2]), temperature=2.0, alpha=0.5, because=because)
