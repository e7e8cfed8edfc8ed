"""Grader of lsq_step_gradient. Oracles: autograd of torch (frozen), and rational numbers one element at a time."""

import math
from fractions import Fraction

import numpy as np
import pytest

NAMES = ("dx", "dstep")

# torch 2.13.0, float64: s = s_ * g with the gradient scaled as in the paper's appendix, v = clamp(x / s, -4, 3),
# y = ((v.round() - v).detach() + v) * s, y.backward(grad), step 0.25.
TORCH_X = [-2.0, -0.9, -0.31, 0.07, 0.44, 0.68, 1.3, 3.0]
TORCH_GRAD = [1.0, -2.0, 3.0, 4.0, -5.0, 6.0, 7.0, -8.0]
TORCH_DX = [0.0, -2.0, 3.0, 4.0, -5.0, 6.0, 0.0, 0.0]
TORCH_DSTEP = -1.2492397688194212


def exact(x, grad, step, qmin, qmax):
    dx, total = np.zeros(x.shape), Fraction(0)
    for i in np.ndindex(x.shape):
        v = Fraction(float(x[i])) / Fraction(step)
        if v <= qmin:
            slope = Fraction(qmin)
        elif v >= qmax:
            slope = Fraction(qmax)
        else:
            slope, dx[i] = round(v) - v, grad[i]
        total += Fraction(float(grad[i])) * slope
    return dx, float(total) / math.sqrt(x.size * qmax)


def mistakes(x, grad, step, qmin, qmax):
    """What the usual mistakes return."""
    v = x / step
    inside = (v > qmin) & (v < qmax)
    ends = np.where(v <= qmin, qmin, qmax)
    slope = np.where(inside, np.rint(v) - v, ends)
    g = 1 / np.sqrt(x.size * qmax)
    dx = grad * inside
    total = (grad * slope).sum()

    def slopes(s):
        return {"dx": dx, "dstep": g * (grad * s).sum()}

    return {
        "the gradient scale g (梯度缩放) is missing": {"dx": dx, "dstep": total},
        "g has N only; it is 1 / sqrt(N * qmax)": {"dx": dx, "dstep": total / np.sqrt(x.size)},
        "g has no root: it is 1 / sqrt(N * qmax)": {"dx": dx, "dstep": total / (x.size * qmax)},
        "g multiplies by sqrt(N * qmax); it divides": {"dx": dx, "dstep": total / g},
        "g was taken with the number of levels, qmax - qmin, in place of qmax": {
            "dx": dx,
            "dstep": total / np.sqrt(x.size * (qmax - qmin)),
        },
        "g was taken with the length of the first axis; N counts all elements": {
            "dx": dx,
            "dstep": total / np.sqrt((x.shape[0] if x.ndim else 1) * qmax),
        },
        "g was applied to dx too; it belongs to the step alone": {"dx": g * dx},
        "round(v) - v has the wrong sign": slopes(np.where(inside, v - np.rint(v), ends)),
        "round(v) is the slope without the straight-through part: subtract v inside the grid": slopes(
            np.where(inside, np.rint(v), ends)
        ),
        "the clamped elements (饱和) are left out: their slope is qmin or qmax": slopes(np.where(inside, slope, 0)),
        "all clamped elements have the slope qmax; those below have qmin": slopes(np.where(inside, slope, qmax)),
        "the clamped elements have the slope qmin - v or qmax - v; v does not move there": slopes(
            np.where(inside, slope, ends - v)
        ),
        "the gradients were averaged, not summed": {"dx": dx, "dstep": g * total / x.size},
        "an element at an end of the grid counts as inside; the comparison is strict": {
            "dx": grad * ((v >= qmin) & (v <= qmax))
        },
        "the gradient passes x everywhere; it is 0 where v is clamped": {"dx": grad},
        "dx was divided by the step": {"dx": dx / step},
        "grad was left out of the sum": {"dx": dx, "dstep": g * slope.sum()},
        "the sum is that of the element-wise gradients: return a single number": {"dx": dx, "dstep": g * grad * slope},
        "the values were truncated, not rounded": slopes(np.where(inside, np.trunc(v) - v, ends)),
        "a half was rounded up, not to even (四舍六入五成双)": slopes(np.where(inside, np.floor(v + 0.5) - v, ends)),
    }


def holds(exercise, x, grad, step, qmin, qmax):
    known = mistakes(x, grad, step, qmin, qmax)
    answer = exercise(x, grad, step=step, qmin=qmin, qmax=qmax)
    answer.close_to(exact(x, grad, step, qmin, qmax), rtol=1e-9, atol=1e-12, names=NAMES, known=known)


def data(seed, shape, step, qmin, qmax):
    """Elements inside and beyond both ends, a quarter of a step away from ties at the least."""
    rng = np.random.default_rng(seed)
    v = np.rint(rng.uniform(qmin - 3, qmax + 3, shape)) + rng.uniform(-0.25, 0.25, shape)
    return np.asarray(v * step), np.asarray(rng.normal(0.3, 1, shape))


def test_agrees_with_torch(exercise):
    x, grad = np.array(TORCH_X), np.array(TORCH_GRAD)
    known = mistakes(x, grad, 0.25, -4, 3)
    answer = exercise(x, grad, step=0.25, qmin=-4, qmax=3)
    answer.close_to((np.array(TORCH_DX), TORCH_DSTEP), rtol=1e-9, atol=1e-12, names=NAMES, known=known)


@pytest.mark.parametrize(("qmin", "qmax"), [(-8, 7), (0, 15), (-2, 1), (0, 1), (-128, 127), (-1, 1)])
def test_grids(exercise, qmin, qmax):
    holds(exercise, *data(1, (60,), 0.3, qmin, qmax), 0.3, qmin, qmax)


@pytest.mark.parametrize("shape", [(), (1,), (6, 5), (5, 5), (2, 3, 4)])
def test_shapes(exercise, shape):
    holds(exercise, *data(2, shape, 1.7, -4, 3), 1.7, -4, 3)


def test_by_hand(exercise):
    """v is 0.25, 1.75 and 9: slopes -0.25, 0.25 and 3; g is 1/3."""
    x, grad = np.array([0.5, 3.5, 18.0]), np.array([4.0, 8.0, 2.0])
    known = mistakes(x, grad, 2.0, 0, 3)
    answer = exercise(x, grad, step=2.0, qmin=0, qmax=3)
    answer.close_to((np.array([4.0, 8.0, 0.0]), 7 / 3), rtol=1e-9, atol=1e-12, names=NAMES, known=known)


def test_at_the_ends_and_on_the_grid(exercise):
    x = np.array([-4.0, 3.0, -3.0, 2.0, 0.0, -4.25, 3.25, -3.75, 2.75]) * 0.5
    holds(exercise, x, np.arange(1.0, 10.0), 0.5, -4, 3)
    holds(exercise, x, np.arange(1.0, 10.0), 0.5, 0, 3)


def test_ties(exercise):
    holds(exercise, np.array([0.5, 1.5, 2.5, -0.5, -1.5, -2.5]), np.array([1.0, 2, 4, 8, 16, 32]), 1.0, -4, 3)


def test_dstep_is_a_single_float(exercise):
    x, grad = data(3, (4, 5), 0.2, -8, 7)
    exercise(x, grad, step=0.2, qmin=-8, qmax=7).part(1, "dstep").has(shape=(), dtype="float")


def test_leaves_fortran_ordered_arrays_alone(exercise):
    x, grad = data(4, (5, 7), 0.2, -8, 7)
    holds(exercise, np.asfortranarray(x), np.asfortranarray(grad), 0.2, -8, 7)


@pytest.mark.parametrize("step", [0.0, -0.5])
def test_refuses_step(exercise, step):
    exercise.raises(ValueError, np.ones(3), np.ones(3), step=step, qmin=-4, qmax=3, because="the step must be positive")


@pytest.mark.parametrize(("qmin", "qmax"), [(1, 3), (-4, 0), (-4, -1), (2, 1)])
def test_refuses_a_grid(exercise, qmin, qmax):
    because = "qmin <= 0 < qmax does not hold"
    exercise.raises(ValueError, np.ones(3), np.ones(3), step=0.5, qmin=qmin, qmax=qmax, because=because)
