"""Grader of erk_densities. Oracle: every possible number of dense layers is tried, in rational numbers."""

import math
from fractions import Fraction

import numpy as np
import pytest


def exhaustive(shapes, density):
    """The layers of largest d / n are dense first; the right number of them is the one that contradicts nothing."""
    ratio = [Fraction(sum(s), math.prod(s)) for s in shapes]
    order = sorted(range(len(shapes)), key=lambda i: -ratio[i])
    budget = Fraction(density) * sum(math.prod(s) for s in shapes)
    for count in range(len(shapes)):
        dense, rest = order[:count], order[count:]
        eps = (budget - sum(math.prod(shapes[i]) for i in dense)) / sum(sum(shapes[i]) for i in rest)
        if all(eps * ratio[i] >= 1 for i in dense) and all(eps * ratio[i] <= 1 for i in rest):
            return [float(min(Fraction(1), eps * r)) for r in ratio]
    raise AssertionError("no number of dense layers fits")


def total(shapes, densities):
    return math.fsum(d * math.prod(s) for d, s in zip(densities, shapes, strict=True))


def rounds(shapes, density, most, kernel=True):
    """The iteration stopped after ``most`` rounds of redistribution, then cut at 1."""
    n = np.array([math.prod(s) for s in shapes], float)
    d = np.array([sum(s if kernel else s[:2]) for s in shapes], float)
    raw = d / n if kernel else d / np.array([math.prod(s[:2]) for s in shapes])
    dense = np.zeros(len(n), bool)
    for _ in range(most + 1):
        eps = (density * n.sum() - n[dense].sum()) / (raw * n)[~dense].sum()
        over = ~dense & (eps * raw > 1)
        result = np.where(dense, 1.0, np.minimum(eps * raw, 1.0))
        if not over.any():
            break
        dense |= over
    return result.tolist(), np.where(dense, 1.0, eps * raw).tolist()


def mistakes(shapes, density):
    right = exhaustive(shapes, density)
    n = np.array([math.prod(s) for s in shapes], float)
    d = np.array([sum(s) for s in shapes], float)
    uncut = density * n.sum() / d.sum() * d / n
    missing = density * n.sum() - np.minimum(uncut, 1) @ n
    free = uncut < 1
    found = {
        "a layer is denser than 1: the densities were not cut (截断)": uncut.tolist(),
        "cut at 1 without redistribution (再分配): the total falls short": rounds(shapes, density, 0)[0],
        "one round of redistribution only: it can make further layers dense": rounds(shapes, density, 1)[0],
        "one round only, and a layer that became denser than 1 in it was not cut": np.where(
            uncut > 1, 1.0, (density * n.sum() - n[uncut > 1].sum()) / max(d[uncut <= 1].sum(), 1e-300) * d / n
        ).tolist(),
        "the same density for every layer; ERK gives small layers more": [density] * len(shapes),
        "the sparsities, 1 - density": [1 - v for v in right],
        "the numbers of weights, not their share": (np.array(right) * n).tolist(),
        "the densities were rounded to whole numbers of weights": (np.rint(np.array(right) * n) / n).tolist(),
        "ER without the kernel: the sum and the product run over all dimensions": rounds(shapes, density, 99, False)[0],
        "density was taken for the sparsity": exhaustive(shapes, 1 - density),
    }
    if free.any():
        spread = np.where(free, np.minimum(uncut, 1) + missing / n[free].sum(), 1.0)
        found["the excess was given to the others in equal shares, not by a larger eps"] = spread.tolist()
    return found


def holds(exercise, shapes, density):
    answer = exercise(shapes, density=density)
    answer.close_to(exhaustive(shapes, density), rtol=1e-9, known=mistakes(shapes, density))
    exact = math.isclose(total(shapes, answer.value), density * total(shapes, [1] * len(shapes)), rel_tol=1e-9)
    answer.check(exact, "the total is not density times the number of all weights")


CONVOLUTIONS = [(64, 3, 7, 7), (64, 64, 1, 1), (64, 64, 3, 3), (256, 64, 1, 1), (512, 512, 3, 3), (10, 512)]
CHAIN = [(4, 2), (8, 6), (20, 12), (60, 40), (300, 200)]  # at 0.5 one layer after the other becomes dense


def test_by_hand(exercise):
    """8 + 200 weights, d = 6 and 30. Uncut, eps = 104 / 36 and the first has 2.17; then eps = (104 - 8) / 30."""
    shapes = [(2, 4), (10, 20)]
    exercise(shapes, density=0.5).close_to([1.0, 0.48], rtol=1e-9, known=mistakes(shapes, 0.5))


@pytest.mark.parametrize("density", [0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95])
def test_a_residual_network(exercise, density):
    holds(exercise, CONVOLUTIONS, density)


@pytest.mark.parametrize("density", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_one_layer_after_the_other_becomes_dense(exercise, density):
    holds(exercise, CHAIN, density)
    holds(exercise, CHAIN[::-1], density)


@pytest.mark.parametrize("density", [0.001, 0.3, 0.999])
def test_equal_layers_and_a_single_one(exercise, density):
    holds(exercise, [(8, 8)] * 3, density)
    holds(exercise, [(6, 5, 3)], density)


@pytest.mark.parametrize("density", [0.2, 0.6])
def test_vectors_and_other_ranks(exercise, density):
    holds(exercise, [(7,), (30, 40), (16, 8, 3), (4, 4, 3, 3, 3)], density)
    holds(exercise, [(1, 1), (1, 50), (50, 1), (50, 50)], density)


def test_no_layer_is_dense(exercise):
    shapes = [(30, 20), (50, 30), (10, 50)]
    exercise(shapes, density=0.1).close_to(
        [260 * 50 / 190 / 600, 260 * 80 / 190 / 1500, 260 * 60 / 190 / 500], rtol=1e-9, known=mistakes(shapes, 0.1)
    )


@pytest.mark.parametrize("density", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_refuses_density(exercise, density):
    exercise.raises(ValueError, CHAIN, density=density, because="density must be above 0 and below 1")


def test_refuses_no_layers(exercise):
    exercise.raises(ValueError, [], density=0.5, because="shapes is empty")
