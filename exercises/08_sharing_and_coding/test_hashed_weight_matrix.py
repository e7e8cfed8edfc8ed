"""Grader of hashed_weight_matrix. Oracle: one place at a time with Python integers; the gradient by differences of L,
which is linear in c, so that they are exact."""

import math

import numpy as np
import pytest

NAMES = ("y", "grad_c")


def weight(c, i, j, seed):
    t = (2654435761 * i + 2246822519 * j + seed) & 0xFFFFFFFF
    value = c[(t ^ t >> 16) % len(c)]
    return -value if t >> 31 else value


def forward(c, x, outputs, seed):
    rows = [[weight(c, i, j, seed) for j in range(x.shape[1])] for i in range(outputs)]
    return np.array([[math.fsum(a * b for a, b in zip(row, v, strict=True)) for row in rows] for v in x.tolist()])


def exact(c, x, grad_y, seed):
    """L = sum(grad_y * y) is linear in c: its slope along c[m] is L at the unit vector of m."""
    outputs = grad_y.shape[1]
    units = np.eye(len(c)).tolist()
    slopes = [math.fsum((grad_y * forward(unit, x, outputs, seed)).ravel()) for unit in units]
    return forward(c.tolist(), x, outputs, seed), np.array(slopes)


def layer(c, x, grad_y, seed, *, rows=2654435761, columns=2246822519, shift=16, sign=True, wrap=True, index=None):
    """The layer with one rule of the hash changed."""
    i, j = np.arange(grad_y.shape[1])[:, None], np.arange(x.shape[1])
    t = rows * i + columns * j + seed
    t = t % 2**32 if wrap else t
    place = ((t ^ (t >> shift)) if shift else t) % len(c) if index is None else index(t) % len(c)
    signs = np.where(t >= 2**31, -1.0, 1.0) if sign else np.ones(t.shape)
    slopes = signs * (grad_y.T @ x)
    return x @ (signs * c[place]).T, np.bincount(place.ravel(), slopes.ravel(), len(c)), place, signs, slopes


def mistakes(c, x, grad_y, seed):
    """What the usual mistakes return."""
    y, grad_c, place, signs, slopes = layer(c, x, grad_y, seed)
    lost = np.zeros(len(c))
    lost[place.ravel()] = slopes.ravel()
    counts = np.bincount(place.ravel(), minlength=len(c))

    def made(**options):
        return dict(zip(NAMES, layer(c, x, grad_y, seed, **options)[:2], strict=True))

    return {
        "rows and columns are exchanged in the hash: i counts outputs, j inputs": made(
            rows=2246822519, columns=2654435761
        ),
        "the sign of the hash is missing, forward and backward": made(sign=False),
        "the sign is met in the forward pass only; the gradient needs it too": {
            "y": y,
            "grad_c": np.bincount(place.ravel(), (grad_y.T @ x).ravel(), len(c)),
        },
        "the XOR with t >> 16 is missing: h = t mod K": made(shift=None),
        "h is (t >> 16) mod K; the lower bits belong to it too": made(index=lambda t: t >> 16),
        "the remainder mod K was taken before the XOR": made(index=lambda t: t ^ ((t >> 16) % len(c))),
        "XOR was taken for a sum": made(index=lambda t: t + (t >> 16)),
        "t was not reduced mod 2**32 (溢出)": made(wrap=False),
        "the seed was left out": dict(zip(NAMES, layer(c, x, grad_y, 0)[:2], strict=True)),
        "grad_c[h] += ... keeps one addition for each value; a shared value collects all of them (累加)": {
            "y": y,
            "grad_c": lost,
        },
        "grad_c is the mean over the places of a value, not the sum": {
            "y": y,
            "grad_c": grad_c / np.maximum(counts, 1),
        },
        "grad_c was averaged over the batch: dL/dW is the sum grad_y^T x": {"y": y, "grad_c": grad_c / len(x)},
        "the gradient of W was returned: add it up over the places of each value": {
            "y": y,
            "grad_c": grad_y.T @ x,
        },
        "y is transposed; the batch comes first": {"y": y.T},
    }


def holds(exercise, c, x, grad_y, seed):
    answer = exercise(c, x, grad_y, seed=seed)
    known = mistakes(c, x, grad_y, seed)
    answer.close_to(exact(c, x, grad_y, seed), rtol=1e-9, atol=1e-9, dtype="exact", names=NAMES, known=known)


def case(seed, values, n, inputs, outputs):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, values), rng.normal(0, 1, (n, inputs)), rng.normal(0, 1, (n, outputs))


def test_by_hand(exercise):
    """One output, K = 4, seed 0: t = 0, 2246822519, 198677742 mod 2**32, so h = 0, 2, 1 and the signs +, -, +.

    2246822519 = 0x85EBCA77: 0xCA77 XOR 0x85EB = 0x4F9C, the low two bits of 0x85EB4F9C are 0: h = 0.
    2 * 2246822519 - 2**32 = 0x0BD794EE: 0x94EE XOR 0x0BD7 = 0x9F39, the low two bits are 1: h = 1.
    """
    c, x, grad_y = np.array([2.0, 3.0, 5.0, 7.0]), np.array([[1.0, 10.0, 100.0]]), np.array([[0.5]])
    # W = [[2, -2, 3]]: y = 2 - 20 + 300, grad_c = 0.5 * (1 - 10, 100)
    expected = np.array([[282.0]]), np.array([-4.5, 50.0, 0.0, 0.0])
    answer = exercise(c, x, grad_y)
    answer.close_to(expected, rtol=1e-9, atol=1e-9, dtype="exact", names=NAMES, known=mistakes(c, x, grad_y, 0))


@pytest.mark.parametrize("values", [1, 2, 3, 7, 16, 50])
def test_numbers_of_values(exercise, values):
    holds(exercise, *case(values, values, 3, 5, 4), 0)


@pytest.mark.parametrize("seed", [1, 12345, 2**31, 2**32 - 1])
def test_seeds(exercise, seed):
    holds(exercise, *case(5, 6, 2, 4, 7), seed)


@pytest.mark.parametrize(("n", "inputs", "outputs"), [(1, 1, 1), (1, 6, 1), (4, 1, 6), (6, 3, 3), (2, 9, 5)])
def test_shapes(exercise, n, inputs, outputs):
    holds(exercise, *case(n, 5, n, inputs, outputs), 77)


@pytest.mark.parametrize("seed", [2**31, 2**31 - 1])
def test_the_border_of_the_sign(exercise, seed):
    """At the place (0, 0), t is the seed itself."""
    c, x, grad_y = np.array([3.0]), np.array([[2.0]]), np.array([[5.0]])
    sign = -1.0 if seed == 2**31 else 1.0
    expected = np.array([[6.0 * sign]]), np.array([10.0 * sign])
    answer = exercise(c, x, grad_y, seed=seed)
    told = {"the sign changes at t >= 2**31, at this number itself": {"y": -expected[0], "grad_c": -expected[1]}}
    answer.close_to(expected, rtol=1e-9, names=NAMES, known={**told, **mistakes(c, x, grad_y, seed)})


def test_seed_defaults_to_0(exercise):
    c, x, grad_y = case(8, 9, 2, 3, 4)
    answer = exercise(c, x, grad_y)
    known = mistakes(c, x, grad_y, 0)
    answer.close_to(exact(c, x, grad_y, 0), rtol=1e-9, atol=1e-9, dtype="exact", names=NAMES, known=known)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    c, x, grad_y = case(9, 5, 4, 6, 3)
    holds(exercise, c, np.asfortranarray(x), np.asfortranarray(grad_y), 3)


@pytest.mark.parametrize(
    ("c", "x", "grad_y", "because"),
    [
        ((0,), (2, 3), (2, 4), "c is empty"),
        ((5, 1), (2, 3), (2, 4), "c must be 1-D"),
        ((), (2, 3), (2, 4), "c must be 1-D"),
        ((5,), (3,), (3, 4), "x must be 2-D"),
        ((5,), (2, 3, 1), (2, 4), "x must be 2-D"),
        ((5,), (2, 3), (2,), "grad_y must be 2-D"),
        ((5,), (2, 3), (2, 4, 1), "grad_y must be 2-D"),
        ((5,), (2, 3), (3, 4), "x and grad_y have different numbers of rows"),
        ((5,), (2, 3), (1, 4), "x and grad_y have different numbers of rows"),
    ],
)
def test_refuses(exercise, c, x, grad_y, because):
    exercise.raises(ValueError, np.ones(c), np.ones(x), np.ones(grad_y), because=because)
