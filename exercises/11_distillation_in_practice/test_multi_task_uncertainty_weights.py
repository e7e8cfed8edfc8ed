"""Grader of multi_task_uncertainty_weights. Oracles: complex-step derivatives, and bisection for the optimum."""

import cmath
import math

import numpy as np
import pytest

NAMES = ("total", "weights", "gradient", "best")


def task(loss, s, regression):
    """The definition, with sigma: 1 / (2 sigma^2) L + ln sigma for regression, 1 / sigma^2 L + ln sigma otherwise."""
    sigma = cmath.exp(s / 2)
    return loss / ((2 if regression else 1) * sigma * sigma) + cmath.log(sigma)


def slope(loss, s, regression):
    return task(loss, complex(s, 1e-30), regression).imag / 1e-30


def optimum(loss, regression):
    """Bisection on the slope, which rises with s."""
    low, high = -800.0, 800.0
    for _ in range(200):
        middle = (low + high) / 2
        weight = math.exp(-middle) / (2 if regression else 1) if middle > -700 else math.inf
        low, high = (middle, high) if weight * loss > 0.5 else (low, middle)
    return (low + high) / 2


def exact(losses, variances, regression):
    cases = list(zip(losses.astype(float).tolist(), variances.astype(float).tolist(), regression.tolist(), strict=True))
    total = math.fsum(task(*c).real for c in cases)
    weights = [task(complex(loss, 1e-30), v, r).imag / 1e-30 for loss, v, r in cases]  # linear in the loss
    gradient = [slope(*c) for c in cases]
    return total, np.array(weights), np.array(gradient), np.array([optimum(c[0], c[2]) for c in cases])


def mistakes(losses, variances, regression):
    """What the usual mistakes return."""
    x, s = losses.astype(float), variances.astype(float)
    total, weights, gradient, best = exact(losses, variances, regression)
    c = np.where(regression, 0.5, 1.0)

    def made(c, e, half=0.5):
        w = c * e
        return {"total": float(np.sum(w * x + half * s)), "weights": w}

    with np.errstate(all="ignore"):
        found = {
            "regression and classification are exchanged: the 1/2 belongs to regression (回归)": made(
                np.where(regression, 1.0, 0.5), np.exp(-s)
            ),
            "every task has the factor 1/2; classification (分类) has 1": made(0.5, np.exp(-s)),
            "every task has the factor 1; regression (回归) has 1/2": made(1.0, np.exp(-s)),
            "s was taken for ln sigma; it is the log variance (对数方差)": made(c, np.exp(-2 * s), 1.0),
            "the term is s, not s / 2": made(c, np.exp(-s), 1.0),
            "the term s / 2 is missing: nothing keeps the weights from going to 0": made(c, np.exp(-s), 0.0),
            "the sign in the exponent is wrong: a large variance must give a small weight": made(c, np.exp(s)),
            "s was taken for the variance itself, 1 / s": made(c, 1 / np.where(s == 0, 1e-9, s)),
            "the losses were averaged over the tasks; they are summed": {"total": total / len(x)},
        }
    good = {"total": total, "weights": weights, "gradient": gradient, "best": best}
    return found | {
        "weights are the weighted losses; dtotal / dL_i is what stands in front of L_i": good
        | {"weights": weights * x},
        "weights are normalised to sum to 1; the derivative was asked for": good | {"weights": weights / weights.sum()},
        "the gradient lacks the 1/2 of the second term": good | {"gradient": -weights * x},
        "the gradient has the wrong sign": good | {"gradient": -gradient},
        "the gradient forgot that the derivative of exp(-s) is -exp(-s)": good | {"gradient": weights * x + 0.5},
        "the gradient lacks the loss": good | {"gradient": 0.5 - weights},
        "best is the variance; its logarithm was asked for": good | {"best": np.exp(best)},
        "best is a standard deviation's logarithm, half of ln sigma^2": good | {"best": best / 2},
        "best forgets the factor 2 c": good | {"best": np.log(x)},
        "best is ln(2 L) for every task; a regression loss has 2 c = 1": good | {"best": np.log(2 * x)},
        "best has the wrong sign": good | {"best": -best},
    }


def holds(exercise, losses, variances, regression):
    case = losses, variances, regression
    answer = exercise(*case)
    answer.close_to(exact(*case), rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(*case))
    for i, name in enumerate(NAMES[1:], 1):
        answer.part(i, name).has(shape=losses.shape, dtype=np.float64)


def tasks(seed, count=5):
    rng = np.random.default_rng(seed)
    return np.exp(rng.normal(0, 2, count)), rng.normal(0, 1.5, count), rng.integers(0, 2, count).astype(bool)


def test_by_hand(exercise):
    """sigma^2 = 4 and 1: 1/2 * 3 / 4 + ln 2, and 1 * 2 / 1 + 0."""
    case = np.array([3.0, 2.0]), np.array([2 * math.log(2.0), 0.0]), np.array([True, False])
    expected = (
        3 / 8 + math.log(2.0) + 2.0,
        np.array([1 / 8, 1.0]),
        np.array([0.5 - 3 / 8, 0.5 - 2.0]),
        np.array([math.log(3.0), math.log(4.0)]),
    )
    exercise(*case).close_to(expected, rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(*case))


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_numbers_of_tasks(exercise, count):
    holds(exercise, *tasks(count, count))


@pytest.mark.parametrize("kind", [True, False])
def test_one_kind(exercise, kind):
    losses, variances, _ = tasks(20)
    holds(exercise, losses, variances, np.full(5, kind))


def test_the_gradient_is_0_at_best(exercise):
    losses, variances, regression = tasks(21)
    best = np.log(np.where(regression, 1, 2) * losses)
    holds(exercise, losses, best, regression)


def test_extreme_variances(exercise):
    losses = np.array([1e-100, 1e100, 1e-3, 5.0])
    variances = np.array([-300.0, 300.0, 150.0, -150.0])
    holds(exercise, losses, variances, np.array([True, False, False, True]))


def test_float32_is_computed_in_float64(exercise):
    losses, variances, regression = tasks(22)
    single = losses.astype(np.float32), variances.astype(np.float32)
    holds(exercise, *single, regression)
    holds(exercise, losses, single[1], regression)
    holds(exercise, single[0], variances, regression)


@pytest.mark.parametrize("loss", [0.0, -1.0, float("nan")])
def test_refuses_losses(exercise, loss):
    losses, variances, regression = tasks(23)
    losses[2] = loss
    exercise.raises(ValueError, losses, variances, regression, because="every loss must be above 0")


def test_refuses_other_shapes(exercise):
    losses, variances, regression = tasks(24)
    because = "the three shapes must be equal"
    exercise.raises(ValueError, losses, variances[:1], regression, because=because)
    exercise.raises(ValueError, losses, variances, regression[:1], because=because)
    exercise.raises(ValueError, losses[:1], variances, regression, because=because)
