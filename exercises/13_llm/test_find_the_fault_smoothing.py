"""Grader of find_the_fault_smoothing. Oracle: the definition in plain Python floats, one column at a time."""

import math

import numpy as np
import pytest

NAMES = ("smoothed", "s")


def scales(w, x_max, alpha, *, floor=1e-5, size=abs, along=None):
    """s[j] by ``math.pow``; ``along`` picks the weights whose range counts (the column j by default)."""
    found = []
    for j, seen in enumerate(x_max):
        column = w[:, j] if along is None else along(j)
        largest = max(size(float(v)) for v in column)
        found.append(math.pow(max(float(seen), floor), alpha) / math.pow(max(largest, floor), 1 - alpha))
    return np.array(found)


def both(w, s):
    return {"smoothed": w * s, "s": s}


def mistakes(w, x_max, alpha):
    right = scales(w, x_max, alpha)
    known = {
        "the largest weight, not the largest magnitude |w| (绝对值)": both(
            w, scales(w, x_max, alpha, size=lambda v: v)
        ),
        "alpha and 1 - alpha were exchanged": both(w, scales(w, x_max, 1 - alpha)),
        "one range for all columns (整个矩阵)": both(w, scales(w, x_max, alpha, along=lambda j: w.ravel())),
        "s is upside down: 1 / s": both(w, 1 / right),
        "the weights were divided by s; x is divided, w is multiplied": {"smoothed": w / right},
    }
    if w.shape[0] == w.shape[1]:
        rows = scales(w, x_max, alpha, along=lambda j: w[j])
        known["the fault is still there: the range is taken along the rows (axis 1)"] = both(w, rows)
    return known


def holds(exercise, w, x_max, alpha):
    s = scales(w, x_max, alpha)
    answer = exercise(w, x_max, alpha=alpha)
    answer.close_to((w * s, s), rtol=1e-9, names=NAMES, known=mistakes(w, x_max, alpha))


def layer(seed, out, inputs):
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(out, inputs)) * rng.uniform(0.1, 3, inputs)
    return w, rng.uniform(0.2, 40, inputs)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.5, 0.75, 1.0])
def test_square_layers(exercise, alpha):
    holds(exercise, *layer(1, 6, 6), alpha)


@pytest.mark.parametrize(("out", "inputs"), [(3, 5), (7, 2), (1, 4), (4, 1)])
def test_other_shapes(exercise, out, inputs):
    holds(exercise, *layer(out, out, inputs), 0.4)


def test_alpha_is_a_half_unless_given(exercise):
    w, x_max = layer(3, 4, 4)
    s = scales(w, x_max, 0.5)
    exercise(w, x_max).close_to((w * s, s), rtol=1e-9, names=NAMES, known=mistakes(w, x_max, 0.5))


def test_the_largest_weight_of_a_column_may_be_negative(exercise):
    w = np.array([[0.5, -3.0, 0.25], [-2.0, 1.0, 0.125], [0.25, 0.5, -4.0]])
    holds(exercise, w, np.array([8.0, 0.5, 2.0]), 0.25)


@pytest.mark.parametrize("alpha", [0.25, 1.0, 0.0])
def test_floors(exercise, alpha):
    w = np.array([[0.0, 1.5e-5, 1.0, 0.5e-5], [0.0, -1e-6, 2.0, 0.0]])
    x_max = np.array([3.0, 1.5e-5, 0.0, 0.4e-5])
    s = scales(w, x_max, alpha)
    none = scales(w, np.maximum(x_max, 1e-300), alpha, floor=1e-300)
    known = {"a range below 1e-5 must be raised to 1e-5 (下限)": {"s": none}} | mistakes(w, x_max, alpha)
    exercise(w, x_max, alpha=alpha).close_to((w * s, s), rtol=1e-9, names=NAMES, known=known)


def test_leaves_a_fortran_ordered_matrix_alone(exercise):
    w, x_max = layer(9, 3, 4)
    holds(exercise, np.asfortranarray(w), x_max, 0.6)


def test_types(exercise):
    w, x_max = layer(5, 2, 3)
    answer = exercise(w, x_max, alpha=0.5)
    answer.part(0, "smoothed").has(shape=(2, 3), dtype=np.float64)
    answer.part(1, "s").has(shape=(3,), dtype=np.float64)
