"""Grader of find_the_fault_distillation. Oracle: complex-step derivatives of the loss in plain Python numbers.

The complex step d f / d x = Im f(x + i h) / h, h = 1e-30, is exact to rounding and uses the loss alone.
"""

import cmath

import numpy as np
import pytest

NAMES = ("loss", "grad")


def log_softmax(row):
    top = max(v.real for v in row)
    lse = top + cmath.log(sum(cmath.exp(v - top) for v in row))
    return [v - lse for v in row]


def loss_of(z, t, label, temperature, alpha):
    """The loss of one sample; ``z`` may be complex."""
    lq, lp = log_softmax([v / temperature for v in z]), log_softmax([v / temperature for v in t])
    soft = sum(cmath.exp(a) * (a - b) for a, b in zip(lp, lq, strict=True))
    return alpha * temperature**2 * soft - (1 - alpha) * log_softmax(z)[label]


def exact(student, teacher, labels, temperature, alpha):
    batch = len(labels)
    loss, grad = 0.0, np.zeros(student.shape)
    for i, label in enumerate(labels.tolist()):
        z, t = student[i].astype(float).tolist(), teacher[i].astype(float).tolist()
        loss += complex(loss_of(z, t, label, temperature, alpha)).real / batch
        for c in range(len(z)):
            moved = [complex(v, 1e-30 * (k == c)) for k, v in enumerate(z)]
            grad[i, c] = loss_of(moved, t, label, temperature, alpha).imag / 1e-30 / batch
    return loss, grad


def mistakes(student, teacher, labels, temperature, alpha):
    """What the fault itself and the usual wrong repairs return."""
    loss, grad = exact(student, teacher, labels, temperature, alpha)
    case = student, teacher, labels, temperature
    soft_loss, soft = exact(*case, 1.0)
    hard_loss, hard = exact(*case, 0.0)
    square = temperature**2

    def repaired(factor_soft, factor_hard=1.0):
        return {"loss": loss, "grad": alpha * factor_soft * soft + (1 - alpha) * factor_hard * hard}

    return {
        "the fault is still there: the factor T^2 of the loss is missing in the soft gradient": repaired(1 / square),
        "T^2 was put on the whole gradient; the hard term (硬标签项) was right and is T^2 too large now": repaired(
            1, square
        ),
        "T was put on the whole gradient; only the soft term lacks something": repaired(1 / temperature, temperature),
        "half mended: the soft gradient has lost its 1 / T, and T^2 is still not there": repaired(1 / temperature),
        "mended too far: T^2 is there, but the chain rule's 1 / T (链式法则) has gone": repaired(temperature),
        "the loss was bent to fit the gradient: T^2 was taken out of it": {
            "loss": alpha * soft_loss / square + (1 - alpha) * hard_loss
        },
        "alpha was changed to make up for the missing T^2": {"loss": soft_loss},
        "the hard term is at temperature T now; it belongs at T = 1": {
            "loss": alpha * soft_loss + (1 - alpha) * exact(student / temperature, *case[1:3], 1.0, 0.0)[0]
        },
        "the gradient is a sum over the batch now, not a mean": {"loss": loss, "grad": grad * len(labels)},
        "the gradient has the wrong sign": {"loss": loss, "grad": -grad},
        "the softmax runs over the batch now": {
            "loss": loss,
            "grad": alpha * temperature * over_the_batch(student, teacher, temperature) + (1 - alpha) * hard,
        },
    }


def over_the_batch(student, teacher, temperature):
    q, p = (np.exp((x - x.max(axis=0)) / temperature) for x in (student.astype(float), teacher.astype(float)))
    return (q / q.sum(axis=0) - p / p.sum(axis=0)) / len(student)


def holds(exercise, student, teacher, labels, temperature, alpha):
    case = student, teacher, labels, temperature, alpha
    answer = exercise(student, teacher, labels, temperature=temperature, alpha=alpha)
    answer.close_to(exact(*case), rtol=1e-7, atol=1e-10, names=NAMES, known=mistakes(*case))
    answer.part(1, "grad").has(shape=student.shape, dtype=np.float64)


def case(seed, shape=(4, 5)):
    rng = np.random.default_rng(seed)
    z, t = rng.normal(0, 2, (2, *shape))
    return z, t, rng.integers(0, shape[1], shape[0])


def test_by_hand(exercise):
    """q = (1/2, 1/2), p = (3/4, 1/4) at T = 2; the loss carries 4, the gradient 4 / 2."""
    z, t = np.zeros((1, 2)), np.array([[2 * np.log(3.0), 0.0]])
    kl = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    expected = 0.5 * 4 * kl + 0.5 * np.log(2.0), np.array([[-0.25 - 0.25, 0.25 + 0.25]])
    labels = np.array([0])
    answer = exercise(z, t, labels, temperature=2.0, alpha=0.5)
    answer.close_to(expected, rtol=1e-7, atol=1e-10, names=NAMES, known=mistakes(z, t, labels, 2.0, 0.5))


@pytest.mark.parametrize("alpha", [0.1, 0.9, 1.0])
@pytest.mark.parametrize("temperature", [0.5, 2.0, 8.0])
def test_where_it_failed(exercise, temperature, alpha):
    holds(exercise, *case(1), temperature, alpha)


def test_what_worked_before(exercise):
    holds(exercise, *case(2), 1.0, 0.5)
    holds(exercise, *case(3), 8.0, 0.0)


@pytest.mark.parametrize("shape", [(3, 3), (1, 4), (6, 2)])
def test_shapes(exercise, shape):
    holds(exercise, *case(4, shape), 4.0, 0.7)


def test_large_logits(exercise):
    z = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -999.0, -1000.0]])
    t = np.array([[0.0, 0.0, 1000.0], [-1000.0, -1000.0, -999.0]])
    holds(exercise, z, t, np.array([2, 0]), 4.0, 0.5)


def test_float32_in_fortran_order(exercise):
    z, t, y = case(5)
    z, t = (np.asfortranarray(a.astype(np.float32)) for a in (z, t))
    holds(exercise, z, t, y.astype(np.int32), 5.0, 0.6)
    holds(exercise, z.astype(np.float64), t, y, 5.0, 0.6)
    holds(exercise, z, t.astype(np.float64), y, 5.0, 0.6)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_refuses_temperature(exercise, temperature):
    because = "the temperature must be above 0"
    exercise.raises(ValueError, *case(6), temperature=temperature, alpha=0.5, because=because)
