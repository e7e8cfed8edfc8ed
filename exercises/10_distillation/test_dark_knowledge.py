"""Grader of dark_knowledge. Oracle: decimal numbers of 50 digits, where 1 - p_y is the sum of the others."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

NAMES = ("target", "weight", "non_target")


def softmax(row, temperature):
    parts = [(Decimal(float(v)) / Decimal(temperature)).exp() for v in row]
    whole = sum(parts)
    return [v / whole for v in parts]


def exact(student, teacher, labels, temperature):
    rows = []
    with localcontext() as context:
        context.prec = 50
        for z, t, y in zip(student, teacher, labels.tolist(), strict=True):
            q, p = softmax(z, temperature), softmax(t, temperature)
            a, b = (sum(v for c, v in enumerate(r) if c != y) for r in (p, q))
            target = p[y] * (p[y] / q[y]).ln() + a * (a / b).ln()
            others = [(u / a, v / b) for c, (u, v) in enumerate(zip(p, q, strict=True)) if c != y]
            rows.append([float(target), float(a), float(sum(u * (u / v).ln() for u, v in others))])
    return tuple(np.array(rows).T)


def soften(x, temperature, axis=1):
    x = x.astype(float) / temperature
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.maximum(e / e.sum(axis=axis, keepdims=True), 1e-300)


def mistakes(student, teacher, labels, temperature):
    """What the usual mistakes return."""
    target, weight, non_target = exact(student, teacher, labels, temperature)
    p, q = soften(teacher, temperature), soften(student, temperature)
    rows = np.arange(len(labels))
    p_y, q_y = p[rows, labels], q[rows, labels]
    log = np.log(p / q)
    off = (p * log).sum(1) - p_y * log[rows, labels]
    best = exact(student, teacher, np.argmax(teacher, 1), temperature)
    worst = exact(teacher, student, labels, temperature)
    return {
        "the target term holds only the label's own share; the rest is the second outcome": {
            "target": p_y * log[rows, labels]
        },
        "weight is p_y; it is what remains for the others, 1 - p_y": {"target": target, "weight": p_y},
        "weight was computed as 1 - p_y, whose digits cancel (抵消): sum the others in place of it": {
            "target": target,
            "weight": 1 - soften(teacher, temperature)[rows, labels],
        },
        "weight is the student's 1 - q_y; it is the teacher that weighs": {"target": target, "weight": worst[1]},
        "non_target already holds the weight: the others were not renormalised (归一化)": {
            "target": target,
            "weight": weight,
            "non_target": weight * non_target,
        },
        "non_target was summed over the plain probabilities of the others, not renormalised": {
            "target": target,
            "weight": weight,
            "non_target": off,
        },
        "non_target is the whole KL": {
            "target": target,
            "weight": weight,
            "non_target": (p * log).sum(1),
        },
        "the label of the teacher (its largest logit) was used, not the label given": {
            "target": best[0],
            "weight": best[1],
            "non_target": best[2],
        },
        "teacher and student are exchanged": {"target": worst[0]},
        "the temperature was left out": {"target": exact(student, teacher, labels, 1.0)[0]},
        "non_target is the reverse divergence among the others": {
            "target": target,
            "weight": weight,
            "non_target": worst[2],
        },
        "non_target was divided by the number of other classes": {
            "target": target,
            "weight": weight,
            "non_target": non_target / max(student.shape[1] - 1, 1),
        },
        "weight and non_target are in the wrong order": {
            "target": target,
            "weight": non_target,
            "non_target": weight,
        },
    }


def holds(exercise, student, teacher, labels, temperature=1.0):
    known = mistakes(student, teacher, labels, temperature)
    answer = exercise(student, teacher, labels, temperature=temperature)
    expected = exact(student, teacher, labels, temperature)
    for i, name in enumerate(NAMES):
        part = answer.part(i, name).has(shape=labels.shape, dtype=np.float64)
        told = "NaN or infinity came out: for a sure teacher 1 - p_y is 0.0 as it stands; sum the others (其余类别)"
        part.check(bool(np.isfinite(part.value).all()), told)
    answer.close_to(expected, rtol=1e-6, atol=1e-9, dtype="exact", names=NAMES, known=known)
    told = {
        "it was computed as 1 - p_y, whose digits cancel (抵消): sum the others in place of it": 1 - (1 - expected[1])
    }
    answer.part(1, "weight").close_to(expected[1], rtol=1e-6, atol=0.0, known=told)


def case(seed, shape=(4, 5), size=2.0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, size, shape), rng.normal(0, size, shape), rng.integers(0, shape[1], shape[0])


def test_by_hand(exercise):
    """p = (1/2, 3/8, 1/8), q = (1/4, 3/8, 3/8), label 0."""
    z, t = np.log([[2.0, 3.0, 3.0]]), np.log([[4.0, 3.0, 1.0]])
    target = 0.5 * np.log(2.0) + 0.5 * np.log(2 / 3)
    non_target = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    expected = tuple(np.array([v]) for v in (target, 0.5, non_target))
    answer = exercise(z, t, np.array([0]))
    known = mistakes(z, t, np.array([0]), 1.0)
    answer.close_to(expected, rtol=1e-6, atol=1e-9, names=NAMES, known=known)


@pytest.mark.parametrize("temperature", [1.0, 2.0, 8.0])
@pytest.mark.parametrize("shape", [(4, 5), (3, 3), (1, 6), (5, 2)])
def test_shapes_and_temperatures(exercise, shape, temperature):
    holds(exercise, *case(shape[1], shape), temperature)


def test_the_parts_make_up_the_whole(exercise):
    z, t, y = case(7, (6, 4))
    answer = exercise(z, t, y, temperature=3.0)
    p, q = soften(t, 3.0), soften(z, 3.0)
    for i, name in enumerate(NAMES):
        answer.part(i, name).has(shape=(6,), dtype=np.float64)
    target, weight, non_target = answer.value
    whole = np.sum(p * np.log(p / q), axis=1)
    same = bool(np.allclose(target + weight * non_target, whole, rtol=1e-9))
    answer.check(same, "target + weight * non_target is not KL(p || q)")


@pytest.mark.parametrize("size", [30.0, 40.0, 100.0, 220.0, 440.0])
def test_a_sure_teacher(exercise, size):
    z, t, y = case(8)
    t[np.arange(4), y] = [size, size + 1, size + 2, size]
    holds(exercise, z, t, y)
    holds(exercise, t, z, y)
    holds(exercise, z, t, y, 2.0)


def test_a_teacher_that_is_sure_of_another_class(exercise):
    z, t, y = case(9)
    t[np.arange(4), y] -= 200
    z[1, y[1]] -= 300
    holds(exercise, z, t, y)


def test_large_logits(exercise):
    z = np.array([[-500.0, -499.0, -500.0], [400.0, 400.0, 399.0], [500.0, 499.0, 400.0]])
    t = np.array([[-500.0, -500.0, -498.0], [400.0, 398.0, 400.0], [500.0, 100.0, 101.0]])
    for temperature in (1.0, 4.0):
        holds(exercise, z, t, np.array([1, 2, 0]), temperature)


def test_equal_logits(exercise):
    z, _, y = case(10)
    answer = exercise(z, z + 2.0, y)
    weight = exact(z, z, y, 1.0)[1]
    answer.close_to((np.zeros(4), weight, np.zeros(4)), rtol=1e-6, atol=1e-9, names=NAMES)


def test_float32_in_fortran_order(exercise):
    z, t, y = case(11)
    z, t = (np.asfortranarray(a.astype(np.float32)) for a in (z, t))
    holds(exercise, z, t, y.astype(np.uint8), 3.0)
    holds(exercise, z.astype(np.float64), t, y.astype(np.int32), 3.0)


@pytest.mark.parametrize("label", [-1, -5, 5, 6])
def test_refuses_labels(exercise, label):
    z, t, y = case(12)
    y[2] = label
    exercise.raises(ValueError, z, t, y, because="a label must be in 0 .. 4")


def test_refuses_one_class(exercise):
    z = np.ones((2, 1))
    exercise.raises(ValueError, z, z, np.zeros(2, int), because="there must be at least 2 classes")
