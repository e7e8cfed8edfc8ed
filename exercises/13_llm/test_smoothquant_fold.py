"""Grader of smoothquant_fold. Oracles: values by hand, Python numbers one channel at a time, and the outputs."""

import math

import numpy as np
import pytest

NAMES = ("gamma", "beta", "w", "s")


def exact(gamma, beta, w, x_absmax, alpha):
    """One channel at a time, powers by logarithms."""
    s = []
    for j, a in enumerate(x_absmax.tolist()):
        m = max(abs(v) for v in w[:, j].tolist())
        s.append(math.exp(alpha * math.log(a) - (1 - alpha) * math.log(m)) if a and m else 1.0)
    s = np.array(s)
    return gamma / s, beta / s, np.stack([row * s for row in w]), s


def mistakes(gamma, beta, w, x_absmax, alpha):
    """What the usual mistakes return."""
    right = exact(gamma, beta, w, x_absmax, alpha)
    largest = np.abs(w).max(axis=0)

    def folded(s):
        return {"gamma": gamma / s, "beta": beta / s, "w": w * s, "s": s}

    def scales(a, m, p, q):
        live = (a > 0) & (m > 0)
        return np.where(live, np.where(live, a, 1) ** p / np.where(live, m, 1) ** q, 1.0)

    s = right[3]
    found = {
        "beta was not folded: the shift passes through the division too": {
            "gamma": gamma / s,
            "beta": beta,
            "w": w * s,
        },
        "only the weights changed: the norm must divide what they multiply": {"gamma": gamma, "beta": beta, "w": w * s},
        "s is upside down: the weight's size goes below the line": folded(1 / s),
        "the weights were divided and the norm multiplied: it is the other way round": {
            "gamma": gamma * s,
            "beta": beta * s,
            "w": w / s,
        },
        "alpha and 1 - alpha are exchanged": folded(scales(x_absmax, largest, 1 - alpha, alpha)),
        "the weights' exponent is alpha too; it is 1 - alpha": folded(scales(x_absmax, largest, alpha, alpha)),
        "the weights are left out of s: their share is 1 / m**(1 - alpha)": folded(scales(x_absmax, largest, alpha, 0)),
        "m is the largest weight with its sign, not the largest magnitude (绝对值)": folded(
            scales(x_absmax, w.max(axis=0), alpha, 1 - alpha)
        ),
        "m is the mean of |w|, not the largest": folded(scales(x_absmax, np.abs(w).mean(axis=0), alpha, 1 - alpha)),
        "m is the largest weight of the whole matrix; each input has its own (逐输入通道)": folded(
            scales(x_absmax, np.full(len(s), largest.max()), alpha, 1 - alpha)
        ),
        "a channel without signal or without weights must keep s = 1": folded(
            np.maximum(x_absmax**alpha / np.maximum(largest, 1e-5) ** (1 - alpha), 1e-5)
        ),
    }
    if len(w) == w.shape[1]:
        rows = np.abs(w).max(axis=1)
        found["m was taken over the inputs of each row; s[j] needs the largest of column j"] = folded(
            scales(x_absmax, rows, alpha, 1 - alpha)
        )
        found["the rows of w were multiplied; s belongs to the inputs, the columns"] = {"w": w * s[:, None], "s": s}
    return found


def layer(seed, out, inputs):
    rng = np.random.default_rng(seed)
    size = 10.0 ** rng.uniform(-1, 2, inputs)
    return rng.normal(1, 0.3, inputs) * size, rng.normal(0, 1, inputs), rng.normal(0, 0.2, (out, inputs)), 3 * size


def holds(exercise, layer, alpha):
    answer = exercise(*layer, alpha=alpha)
    expected, known = exact(*layer, alpha), mistakes(*layer, alpha)
    answer.close_to(expected, rtol=1e-9, dtype="exact", names=NAMES, known=known)
    return answer


def test_by_hand(exercise):
    gamma, beta, x_absmax = np.array([2.0, 1.0, 3.0]), np.array([1.0, -1.0, 6.0]), np.array([16.0, 1.0, 9.0])
    w = np.array([[0.25, -4.0, 1.0], [-1.0, 2.0, 0.5]])
    # s = sqrt(16 / 1), sqrt(1 / 4), sqrt(9 / 1)
    expected = (
        np.array([0.5, 2.0, 1.0]),
        np.array([0.25, -2.0, 2.0]),
        np.array([[1.0, -2.0, 3.0], [-4.0, 1.0, 1.5]]),
        np.array([4.0, 0.5, 3.0]),
    )
    answer = exercise(gamma, beta, w, x_absmax)
    known = mistakes(gamma, beta, w, x_absmax, 0.5)
    answer.close_to(expected, rtol=1e-9, dtype="exact", names=NAMES, known=known)


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.5, 0.8, 1.0])
def test_alphas(exercise, alpha):
    holds(exercise, layer(1, 7, 5), alpha)


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1), (5, 5)])
def test_shapes(exercise, shape):
    holds(exercise, layer(2, *shape), 0.7)


def test_alpha_is_a_half_by_default(exercise):
    gamma, beta, w, x_absmax = layer(3, 4, 6)
    expected, known = exact(gamma, beta, w, x_absmax, 0.5), mistakes(gamma, beta, w, x_absmax, 0.5)
    exercise(gamma, beta, w, x_absmax).close_to(expected, rtol=1e-9, dtype="exact", names=NAMES, known=known)


@pytest.mark.parametrize("alpha", [0.3, 0.5, 0.9])
def test_the_output_stays_the_same(exercise, alpha):
    gamma, beta, w, x_absmax = layer(4, 6, 8)
    z = np.random.default_rng(5).normal(0, 1, (20, 8))
    z = (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, keepdims=True)
    answer = holds(exercise, (gamma, beta, w, x_absmax), alpha)
    before = (z * gamma + beta) @ w.T
    after = (z * answer.value[0] + answer.value[1]) @ answer.value[2].T
    answer.check(bool(np.allclose(after, before, rtol=1e-9, atol=1e-9)), "the output of the layer has changed")


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_what_the_formula_leaves_open(exercise, alpha):
    gamma, beta, w, x_absmax = layer(6, 3, 5)
    x_absmax[1] = 0.0
    w[:, 3] = 0.0
    holds(exercise, (gamma, beta, w, x_absmax), alpha)


def test_leaves_a_fortran_ordered_array_alone(exercise):
    gamma, beta, w, x_absmax = layer(7, 5, 4)
    holds(exercise, (gamma, beta, np.asfortranarray(w), x_absmax), 0.5)


@pytest.mark.parametrize("alpha", [-0.01, 1.01])
def test_refuses_alpha(exercise, alpha):
    exercise.raises(ValueError, *layer(8, 2, 3), alpha=alpha, because="alpha must be in 0 .. 1")


def test_refuses_a_negative_absmax(exercise):
    gamma, beta, w, x_absmax = layer(9, 2, 3)
    x_absmax[2] = -1.0
    exercise.raises(ValueError, gamma, beta, w, x_absmax, because="x_absmax holds a negative number")
