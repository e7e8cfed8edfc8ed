"""Grader of fgsm_for_distillation. Oracle: complex-step derivatives of the loss of one sample, in plain Python.

The complex step d f / d x = Im f(x + i h) / h, h = 1e-30, is exact to rounding and uses the loss alone.
"""

import cmath

import numpy as np
import pytest


def log_softmax(row):
    top = max(v.real for v in row)
    lse = top + cmath.log(sum(cmath.exp(v - top) for v in row))
    return [v - lse for v in row]


def loss_of(x, t, net, temperature):
    """The loss of one sample; ``x`` may be complex."""
    w1, b1, w2, b2 = net
    before = [sum(v * w1[i][j] for i, v in enumerate(x)) + b1[j] for j in range(len(b1))]
    h = [v if v.real > 0 else 0.0 for v in before]
    logits = [sum(v * w2[j][c] for j, v in enumerate(h)) + b2[c] for c in range(len(b2))]
    lq, lp = log_softmax([v / temperature for v in logits]), log_softmax([v / temperature for v in t])
    return temperature**2 * sum(cmath.exp(a) * (a - b) for a, b in zip(lp, lq, strict=True))


def exact(case, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    x, t, *net = (np.asarray(a).astype(float).tolist() for a in case)
    rows = []
    for clean, target in zip(x, t, strict=True):
        point = list(clean)
        for _ in range(steps):
            slopes = []
            for i in range(len(point)):
                moved = [complex(v, 1e-30 * (k == i)) for k, v in enumerate(point)]
                slopes.append(complex(loss_of(moved, target, net, temperature)).imag / 1e-30)
            assert all(g == 0 or abs(g) > 1e-9 for g in slopes), "rounding decides a sign"
            signs = [(g > 0) - (g < 0) for g in slopes]
            moved = [v + step_size * s for v, s in zip(point, signs, strict=True)]
            in_ball = [min(max(v, c - epsilon), c + epsilon) for v, c in zip(moved, clean, strict=True)]
            point = [min(max(v, low), high) for v in in_ball]
        rows.append(point)
    return np.array(rows)


def attack(
    case,
    epsilon,
    step_size,
    steps=1,
    temperature=1.0,
    low=0.0,
    high=1.0,
    *,
    up=1.0,
    ball=True,
    box=True,
    gate=True,
    hard=False,
    reverse=False,
    scale=np.sign,
):
    """The attack with one thing changed."""
    x, t, w1, b1, w2, b2 = (np.asarray(a).astype(float) for a in case)

    def soften(z, temperature=temperature):
        e = np.exp((z - z.max(axis=1, keepdims=True)) / temperature)
        return e / e.sum(axis=1, keepdims=True)

    p = np.eye(t.shape[1])[t.argmax(axis=1)] if hard else soften(t)
    point = x
    for _ in range(steps):
        before = point @ w1 + b1
        q = soften(np.maximum(before, 0) @ w2 + b2)
        g = q - p
        if reverse:
            r = np.log(np.maximum(q, 1e-300) / np.maximum(p, 1e-300))
            g = q * (r - np.sum(q * r, axis=1, keepdims=True))
        g = ((g @ w2.T) * ((before > 0) | (not gate))) @ w1.T
        point = point + up * step_size * scale(g)
        if ball:
            point = np.clip(point, x - epsilon, x + epsilon)
        if box:
            point = np.clip(point, low, high)
    return point


def mistakes(case, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    """What the usual mistakes return."""
    setting = case, epsilon, step_size, steps, temperature, low, high

    def unit(g):
        norm = np.linalg.norm(g, axis=1, keepdims=True)
        return g / np.where(norm > 0, norm, 1)

    return {
        "the steps go downhill: the attack lets the loss grow, so the gradient is added (上升)": attack(
            *setting, up=-1.0
        ),
        "the points leave the ball of radius epsilon around the clean x": attack(*setting, ball=False),
        "the valid range [low, high] (取值范围) was not kept": attack(*setting, box=False),
        "neither the ball nor the range was kept": attack(*setting, ball=False, box=False),
        "only one step was made": attack(case, epsilon, step_size, 1, temperature, low, high),
        "each step has the size epsilon; step_size is given": attack(
            case, epsilon, epsilon, steps, temperature, low, high
        ),
        "one step too many": attack(case, epsilon, step_size, steps + 1, temperature, low, high),
        "the gradient itself was added, not its sign": attack(*setting, scale=lambda g: g),
        "the gradient was divided by its L2 norm; its sign is asked for": attack(*setting, scale=unit),
        "the hidden units that are off (ReLU 为 0) were not shut in the backward pass": attack(*setting, gate=False),
        "the temperature was left out": attack(case, epsilon, step_size, steps, 1.0, low, high),
        "the teacher's largest class was used as a label; its whole distribution is asked for": attack(
            *setting, hard=True
        ),
        "the gradient is that of the reverse divergence KL(q || p)": attack(*setting, reverse=True),
        "the range is fixed to 0 .. 1; low and high are given": attack(case, epsilon, step_size, steps, temperature),
    }


def holds(exercise, case, **setting):
    known = mistakes(case, **setting)
    answer = exercise(*case, **setting)
    answer.close_to(exact(case, **setting), rtol=1e-9, atol=1e-12, dtype=np.float64, known=known)


def student(seed, batch=3, inputs=5, hidden=6, classes=4, size=1.0):
    """x, the teacher's logits and the student."""
    rng = np.random.default_rng(seed)
    shapes = (batch, classes), (inputs, hidden), (hidden,), (hidden, classes), (classes,)
    return (rng.uniform(0, 1, (batch, inputs)), *(size * rng.normal(0, 1.5, s) for s in shapes))


def test_by_hand(exercise):
    """q = p would be (1/2, 1/2); the teacher is sure of class 0, so what lowers logit 0 raises the loss."""
    x, t = np.array([[0.5, 0.95, 0.25]]), np.array([[4.0, 0.0]])
    w1, b1 = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]]), np.array([2.0, -5.0])
    w2, b2 = np.array([[1.0, -1.0], [3.0, 0.0]]), np.array([-1.55, 1.55])
    case = x, t, w1, b1, w2, b2
    expected = np.array([[0.4, 1.0, 0.25]])  # down; up, but not beyond 1; behind a unit that is off
    known = mistakes(case, 0.1, 0.1)
    exercise(*case, epsilon=0.1, step_size=0.1).close_to(expected, rtol=1e-9, atol=1e-12, known=known)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 8.0])
def test_one_step(exercise, temperature):
    holds(exercise, student(1), epsilon=0.1, step_size=0.1, temperature=temperature)
    holds(exercise, student(2), epsilon=0.3, step_size=0.3, temperature=temperature)


@pytest.mark.parametrize("steps", [2, 3, 7])
def test_several_steps(exercise, steps):
    holds(exercise, student(3), epsilon=0.2, step_size=0.08, steps=steps)
    holds(exercise, student(4, size=3.0), epsilon=0.4, step_size=0.15, steps=steps, temperature=4.0)


def test_a_step_larger_than_the_ball(exercise):
    holds(exercise, student(5), epsilon=0.05, step_size=0.2)


def test_the_range(exercise):
    holds(exercise, student(6), epsilon=0.6, step_size=0.5)
    holds(exercise, student(7), epsilon=0.9, step_size=0.3, steps=4)


def test_another_range(exercise):
    x, *rest = student(8)
    holds(exercise, (4 * x - 3, *rest), epsilon=0.7, step_size=0.5, steps=2, low=-3.0, high=1.0)
    holds(exercise, (x + 1, *rest), epsilon=0.7, step_size=0.5, steps=2, low=1.0, high=2.5)


@pytest.mark.parametrize("shape", [(1, 1, 3, 2), (4, 4, 4, 4), (2, 3, 1, 5), (5, 2, 8, 3)])
def test_shapes(exercise, shape):
    holds(exercise, student(9, *shape), epsilon=0.2, step_size=0.1, steps=3, temperature=2.0)


def test_a_dead_layer_moves_nothing(exercise):
    x, t, w1, b1, w2, b2 = student(10)
    case = x, t, w1, b1 - 100, w2, b2
    holds(exercise, case, epsilon=0.2, step_size=0.1)


def test_a_unit_exactly_at_0(exercise):
    """Before max(0, .) the only unit is 0: its derivative is 0 there."""
    case = np.array([[0.5]]), np.array([[3.0, 0.0]]), np.array([[2.0]]), np.array([-1.0]), np.ones((1, 2)), np.zeros(2)
    case[4][0, 1] = -2.0
    answer = exercise(*case, epsilon=0.2, step_size=0.1)
    told = {"the derivative of max(0, .) at 0 was taken for 1": np.array([[0.4]])}
    answer.close_to(np.array([[0.5]]), rtol=1e-9, atol=1e-12, known=told)


def test_large_logits(exercise):
    x, t, w1, b1, w2, b2 = student(11)
    case = x, 1000 * t, w1, b1, 300 * w2, b2
    expected = attack(case, 0.2, 0.1)
    answer = exercise(*case, epsilon=0.2, step_size=0.1).has(shape=x.shape, dtype="float")
    answer.check(bool(np.isfinite(answer.value).all()), "NaN came out: an exponential overflowed (数值稳定)")
    answer.close_to(expected, rtol=1e-9, atol=1e-12)


def test_float32_in_fortran_order(exercise):
    single = tuple(np.asfortranarray(a.astype(np.float32)) for a in student(12))
    holds(exercise, single, epsilon=0.2, step_size=0.07, steps=4, temperature=2.0)


def test_a_teacher_that_is_nearly_the_student(exercise):
    """The teacher's logits are the student's, rounded to float32: q - p is about 1e-8."""
    x, _, w1, b1, w2, b2 = student(19)
    t = (np.maximum(x @ w1 + b1, 0) @ w2 + b2).astype(np.float32)
    holds(exercise, (x, t, w1, b1, w2, b2), epsilon=0.1, step_size=0.1)


def test_nothing_to_do(exercise):
    holds(exercise, student(13), epsilon=0.0, step_size=0.1)
    holds(exercise, student(13), epsilon=0.1, step_size=0.0)
    x, *rest = student(13)
    x[0, :2] = 0.0, 1.0
    holds(exercise, (x, *rest), epsilon=0.1, step_size=0.1)


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_refuses_x_outside_the_range(exercise, value):
    x, *rest = student(14)
    x[1, 2] = value
    exercise.raises(ValueError, x, *rest, epsilon=0.1, step_size=0.1, because="x lies outside [low, high]")


@pytest.mark.parametrize("setting", [(-0.1, 0.1, 1), (0.1, -0.1, 1), (0.1, 0.1, 0), (0.1, 0.1, -1)])
def test_refuses_settings(exercise, setting):
    epsilon, size, steps = setting
    because = "epsilon and step_size must not be negative, steps at least 1"
    exercise.raises(ValueError, *student(15), epsilon=epsilon, step_size=size, steps=steps, because=because)
