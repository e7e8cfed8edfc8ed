"""Grader of high_temperature_limit. Oracle: the softmax in decimal numbers of 60 digits, where nothing cancels."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

NAMES = ("scaled", "limit")


def softmax(row, temperature):
    parts = [(Decimal(v) / temperature).exp() for v in row]
    return [v / sum(parts) for v in parts]


def scaled_gradient(student, teacher, temperature):
    """T (q - p) / batch in 60 digits; a Decimal made from a float is exact."""
    rows = []
    with localcontext() as context:
        context.prec = 60
        t = Decimal(temperature)
        for z, w in zip(student.astype(float).tolist(), teacher.astype(float).tolist(), strict=True):
            pairs = zip(softmax(z, t), softmax(w, t), strict=True)
            rows.append([float(t * (q - p) / len(student)) for q, p in pairs])
    return np.array(rows)


def exact(student, teacher, temperature):
    """The limit is the gradient itself at T = 1e30."""
    return scaled_gradient(student, teacher, temperature), scaled_gradient(student, teacher, 1e30)


def mistakes(student, teacher, temperature, expected):
    """What the usual mistakes return."""
    z, t = student.astype(float), teacher.astype(float)
    batch, classes = z.shape
    scaled, limit = expected

    def soften(x, axis=1):
        x = np.exp((x - x.max(axis=axis, keepdims=True)) / temperature)
        return x / x.sum(axis=axis, keepdims=True)

    centred = (z - z.mean(1, keepdims=True)) - (t - t.mean(1, keepdims=True))
    columns = (z - z.mean(0)) - (t - t.mean(0))
    return {
        "q and p were subtracted as they are: their digits cancel (灾难性抵消) at a high temperature": {
            "scaled": temperature * (soften(z) - soften(t)) / batch
        },
        "scaled lacks the factor T": {"scaled": scaled / temperature},
        "scaled has T^2: one T is used up by the chain rule": {"scaled": scaled * temperature},
        "scaled is not divided by the batch": {"scaled": scaled * batch},
        "scaled is p - q: the sign is wrong": {"scaled": -scaled},
        "the softmax runs over the batch; the classes are the last axis": {
            "scaled": temperature * (soften(z, 0) - soften(t, 0)) / batch
        },
        "the limit is given in place of the gradient at this temperature": {"scaled": limit, "limit": limit},
        "the limit does not centre the logits (未减均值)": {"scaled": scaled, "limit": (z - t) / (batch * classes)},
        "the limit lacks the number of classes N": {"scaled": scaled, "limit": centred / batch},
        "the limit lacks the batch": {"scaled": scaled, "limit": centred / classes},
        "the limit is twice too large: half the squared error has the gradient z - t": {
            "scaled": scaled,
            "limit": 2 * limit,
        },
        "the means for the limit were taken over the batch, not over the classes": {
            "scaled": scaled,
            "limit": columns / (batch * classes),
        },
        "the limit subtracts one mean for the whole array": {
            "scaled": scaled,
            "limit": ((z - z.mean()) - (t - t.mean())) / (batch * classes),
        },
        "the limit still depends on T": {"scaled": scaled, "limit": limit / temperature},
        "the limit has the wrong sign": {"scaled": scaled, "limit": -limit},
        "scaled and limit are in the wrong order": {"scaled": limit, "limit": scaled},
    }


def holds(exercise, student, teacher, temperature):
    answer = exercise(student, teacher, temperature=temperature)
    expected = exact(student, teacher, temperature)
    known = mistakes(student, teacher, temperature, expected)
    answer.close_to(expected, rtol=1e-6, atol=1e-9, dtype="exact", names=NAMES, known=known)


def logits(seed, shape=(3, 5), size=3.0, offset=0.0):
    rng = np.random.default_rng(seed)
    return rng.normal(offset, size, shape), rng.normal(-offset, size, shape)


def test_by_hand(exercise):
    """q = (1/2, 1/2), p = (3/4, 1/4) at T = 1; the centred difference of the logits is (-ln 3, ln 3) / 2."""
    ln3 = np.log(3.0)
    z, t = np.zeros((1, 2)), np.array([[ln3, 0.0]])
    expected = np.array([[-0.25, 0.25]]), np.array([[-ln3 / 4, ln3 / 4]])
    answer = exercise(z, t, temperature=1.0)
    answer.close_to(expected, rtol=1e-6, atol=1e-9, names=NAMES, known=mistakes(z, t, 1.0, expected))


@pytest.mark.parametrize("temperature", [1.0, 1.5, 4.0, 100.0])
def test_ordinary_temperatures(exercise, temperature):
    holds(exercise, *logits(1), temperature)


@pytest.mark.parametrize("temperature", [1e4, 1e7, 1e10, 1e13, 1e15])
def test_high_temperatures(exercise, temperature):
    holds(exercise, *logits(2), temperature)


@pytest.mark.parametrize("temperature", [1e7, 1e9])
def test_digits(exercise, temperature):
    z, t = logits(2)
    answer = exercise(z, t, temperature=temperature)
    scaled = answer.part(0, "scaled").has(shape=z.shape, dtype="float")
    off = np.abs(scaled.value - exact(z, t, temperature)[0]).max()
    lost = bool(1e-9 < off < 1e-14 * temperature)
    told = (
        f"right but for an error of {off:.1g}, which grows with T: digits cancel (灾难性抵消) before T multiplies them"
    )
    answer.check(not lost, told)
    answer.close_to(exact(z, t, temperature), rtol=1e-6, atol=1e-9, names=NAMES)


@pytest.mark.parametrize("temperature", [1.0, 1e12])
@pytest.mark.parametrize("shape", [(4, 4), (1, 3), (3, 1), (6, 2), (2, 12)])
def test_shapes(exercise, shape, temperature):
    holds(exercise, *logits(3, shape), temperature)


@pytest.mark.parametrize("temperature", [2.0, 1e6, 1e14])
def test_logits_far_from_mean_zero(exercise, temperature):
    holds(exercise, *logits(4, offset=20.0), temperature)


def test_logits_of_500(exercise):
    z = np.array([[500.0, -500.0, 0.0], [-500.0, -500.0, -499.0], [500.0, 500.0, 499.0]])
    t = np.array([[-500.0, 500.0, 0.0], [-500.0, -499.0, -500.0], [500.0, 500.0, -500.0]])
    for temperature in (1.0, 10.0, 1e15):
        holds(exercise, z, t, temperature)


def test_float32_in_fortran_order(exercise):
    z, t = (np.asfortranarray(a.astype(np.float32)) for a in logits(5))
    for temperature in (3.0, 1e9):
        holds(exercise, z, t, temperature)
        holds(exercise, z.astype(np.float64), t, temperature)
        holds(exercise, z, t.astype(np.float64), temperature)


@pytest.mark.parametrize("temperature", [0.999, 0.0, -2.0, 1.001e15, float("inf"), float("nan")])
def test_refuses_temperature(exercise, temperature):
    because = "the temperature must be in 1 .. 1e15"
    exercise.raises(ValueError, *logits(6), temperature=temperature, because=because)


@pytest.mark.parametrize("shapes", [((2, 3), (2, 4)), ((2, 3), (1, 3)), ((3,), (3,)), ((1, 2, 3), (1, 2, 3))])
def test_refuses_shapes(exercise, shapes):
    because = "the logits must be 2-D, (batch, classes), and of one shape"
    exercise.raises(ValueError, *(np.ones(s) for s in shapes), temperature=2.0, because=because)
