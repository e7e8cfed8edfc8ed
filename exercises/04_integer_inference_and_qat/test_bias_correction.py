"""Grader of bias_correction. Oracle: the expectation as an integral, by Simpson's rule on a fine grid."""

import math

import numpy as np
import pytest


def relu_mean(mean, std):
    """The integral of z times the normal density over z > 0."""
    if std == 0:
        return max(mean, 0.0)
    low, high = max(0.0, mean - 12 * std), mean + 12 * std
    if high <= low:
        return 0.0
    z = np.linspace(low, high, 8001)
    weights = np.full(z.size, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    density = np.exp(-0.5 * ((z - mean) / std) ** 2) / (std * math.sqrt(2 * math.pi))
    return float((weights * z * density).sum() * (z[1] - z[0]) / 3)


def exact(w, w_q, b, mean, std):
    expected = [relu_mean(m, s) for m, s in zip(mean.tolist(), std.tolist(), strict=True)]
    return np.array(
        [b[o] + math.fsum((w[o, j] - w_q[o, j]) * e for j, e in enumerate(expected)) for o in range(len(w))]
    )


def mistakes(w, w_q, b, mean, std):
    """What the usual mistakes return."""
    e = np.array([relu_mean(m, s) for m, s in zip(mean.tolist(), std.tolist(), strict=True)])
    safe = np.where(std > 0, std, 1)
    t = mean / safe
    density = np.exp(-0.5 * t**2) / math.sqrt(2 * math.pi)
    below = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in t])
    shift = w - w_q
    live = std > 0

    def corrected(e):
        return b + shift @ np.where(live, e, np.maximum(mean, 0))

    transposed = {"W - W_q was transposed: the outputs are its rows": b + shift.T @ e} if len(b) == len(e) else {}
    return transposed | {
        "the shift was subtracted: b' = b + (W - W_q) E[x] puts back what was lost": b - shift @ e,
        "the old bias b is missing": shift @ e,
        "the output of the quantized layer was subtracted in full, not its shift": b - w_q @ e,
        "E[z] was used, as if there were no ReLU": b + shift @ mean,
        "relu(E[z]) was used: the ReLU of a mean is not the mean of the ReLU": b + shift @ np.maximum(mean, 0),
        "the term mean * Phi(t) is missing": corrected(std * density),
        "the term std * phi(t) is missing": corrected(mean * below),
        "phi was not divided by sqrt(2 pi)": corrected(std * density * math.sqrt(2 * math.pi) + mean * below),
        "phi has t**2 without the half: exp(-t**2 / 2)": corrected(
            std * np.exp(-(t**2)) / math.sqrt(2 * math.pi) + mean * below
        ),
        "phi and Phi are exchanged": corrected(std * below + mean * density),
        "Phi was taken at -t": corrected(std * density + mean * (1 - below)),
        "phi was not multiplied by std": corrected(density + mean * below),
        "t was taken as mean * std": corrected(
            std * np.exp(-0.5 * (mean * std) ** 2) / math.sqrt(2 * math.pi)
            + mean * np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in mean * std])
        ),
        "where std is 0, E[relu(z)] is max(mean, 0), not 0": b + shift @ np.where(live, e, 0),
        "where std is 0, E[relu(z)] is max(mean, 0), not mean": b + shift @ np.where(live, e, mean),
    }


def layer(seed, out, inputs):
    rng = np.random.default_rng(seed)
    w = rng.normal(0, 1, (out, inputs))
    return w, np.rint(w * 2) / 2, rng.normal(0, 1, out), rng.normal(0.2, 1.5, inputs), rng.uniform(0.1, 2, inputs)


def holds(exercise, w, w_q, b, mean, std):
    known = mistakes(w, w_q, b, mean, std)
    answer = exercise(w, w_q, b, mean=mean, std=std)
    answer.close_to(exact(w, w_q, b, mean, std), rtol=1e-7, atol=1e-9, dtype="exact", known=known)


@pytest.mark.parametrize("shape", [(4, 6), (5, 5), (1, 3), (3, 1), (1, 1)])
def test_shapes(exercise, shape):
    holds(exercise, *layer(1, *shape))


def test_by_hand(exercise):
    """Mean 0: E[relu(z)] is std / sqrt(2 pi)."""
    w, w_q = np.array([[0.9, 2.2], [0.3, -1.4]]), np.array([[1.0, 2.0], [0.0, -1.0]])
    b, mean, std = np.array([0.5, -0.5]), np.zeros(2), np.array([1.0, 2.0])
    unit = 1 / math.sqrt(2 * math.pi)
    expected = np.array([0.5 + (-0.1 + 0.4) * unit, -0.5 + (0.3 - 0.8) * unit])
    known = mistakes(w, w_q, b, mean, std)
    exercise(w, w_q, b, mean=mean, std=std).close_to(expected, rtol=1e-7, atol=1e-9, dtype="exact", known=known)


@pytest.mark.parametrize("mean", [-3.0, -0.7, 0.7, 3.0])
def test_one_sign_of_the_mean(exercise, mean):
    w, w_q, b, _, std = layer(2, 4, 5)
    holds(exercise, w, w_q, b, np.full(5, mean), std)


def test_a_standard_deviation_of_zero(exercise):
    w, w_q, b, mean, std = layer(3, 4, 6)
    std[[0, 2, 5]] = 0.0
    mean[[0, 2, 5]] = [1.5, -2.5, 0.0]
    holds(exercise, w, w_q, b, mean, std)


def test_a_tiny_standard_deviation(exercise):
    w, w_q, b, mean, std = layer(4, 3, 4)
    std[:] = [1e-3, 1e-3, 1e-6, 1e-6]
    mean[:] = [2.0, -2.0, 1e-6, -1e-6]
    holds(exercise, w, w_q, b, mean, std)


def test_nothing_to_correct(exercise):
    w, _, b, mean, std = layer(5, 3, 4)
    exercise(w, w.copy(), b, mean=mean, std=std).close_to(b, rtol=1e-7, atol=1e-9, dtype="exact")


def test_leaves_fortran_ordered_arrays_alone(exercise):
    w, w_q, b, mean, std = layer(6, 4, 7)
    holds(exercise, np.asfortranarray(w), np.asfortranarray(w_q), b, mean, std)


@pytest.mark.parametrize("shape", [(4, 1), (1, 5), (4, 6), (3, 5)])
def test_refuses_two_shapes(exercise, shape):
    _, _, b, mean, std = layer(7, 4, 5)
    because = "w and w_q differ in shape"
    exercise.raises(ValueError, np.ones((4, 5)), np.ones(shape), b, mean=mean, std=std, because=because)


def test_refuses_a_negative_deviation(exercise):
    w, w_q, b, mean, std = layer(8, 4, 5)
    std[3] = -0.5
    exercise.raises(ValueError, w, w_q, b, mean=mean, std=std, because="std holds a negative number")
