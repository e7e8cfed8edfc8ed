"""Grader of fold_batch_norm. Oracles: torch (frozen), and both sides of the equation computed on inputs."""

import math

import numpy as np
import pytest

NAMES = ("w", "b")

# torch.nn.utils.fusion.fuse_conv_bn_weights(w, b, mean, var, 1e-5, gamma, beta), torch 2.13.0, float64.
TORCH_W = [[[[-1.0, -0.75]], [[-0.5, -0.25]]], [[[0.0, 0.25]], [[0.5, 0.75]]]]
TORCH_NORM = {"gamma": [2.0, -1.0], "beta": [0.5, 0.75], "mean": [0.25, 1.0], "var": [4.0, 0.5]}
TORCH_FOLDED_W = [
    [[[-0.9999987500023437, -0.7499990625017579]], [[-0.49999937500117186, -0.24999968750058593]]],
    [[[0.0, -0.3535498551124]], [[-0.7070997102248, -1.0606495653372]]],
]
TORCH_FOLDED_B = [0.7499996875005859, 3.5783988408992]
TORCH_B = [0.5, -1.0]


def exact(w, b, norm, eps):
    """Read w' and b' off the batch norm itself: it is affine, so its value at 0 and at each unit input tell all."""
    out = len(w)
    folded, shift = np.zeros(w.shape), np.zeros(out)

    def through(o, value):
        deviation = math.sqrt(norm["var"][o] + eps)
        return norm["gamma"][o] * (value - norm["mean"][o]) / deviation + norm["beta"][o]

    for o in range(out):
        start = 0.0 if b is None else float(b[o])
        shift[o] = through(o, start)
        for i in np.ndindex(w.shape[1:]):
            folded[(o, *i)] = through(o, start + w[(o, *i)]) - shift[o]
    return folded, shift


def mistakes(w, b, norm, eps):
    """What the usual mistakes return."""
    gamma, beta, mean, var = (norm[k] for k in ("gamma", "beta", "mean", "var"))
    start = np.zeros(len(w)) if b is None else b
    g = gamma / np.sqrt(var + eps)

    def scaled(g):
        return w * g.reshape(-1, *[1] * (w.ndim - 1))

    def folded(g, shift=None):
        return {"w": scaled(g), "b": g * (start - mean) + beta if shift is None else shift}

    with np.errstate(divide="ignore", invalid="ignore"):
        no_eps = np.nan_to_num(gamma / np.sqrt(var), posinf=0, neginf=0)
    found = {
        "eps was left out": folded(no_eps),
        "eps was added after the square root: it is sqrt(var + eps)": folded(gamma / (np.sqrt(var) + eps)),
        "the square root is missing: divide by the standard deviation (标准差), not by the variance": folded(
            gamma / (var + eps)
        ),
        "gamma is missing": folded(1 / np.sqrt(var + eps)),
        "the old bias was dropped": folded(g, beta - g * mean),
        "the old bias was not scaled: it passes through the norm as well": folded(g, start - g * mean + beta),
        "mean was not scaled: (b - mean) is multiplied as a whole": folded(g, g * start - mean + beta),
        "mean was added, not subtracted": folded(g, g * (start + mean) + beta),
        "mean is missing from the bias": folded(g, g * start + beta),
        "beta is missing from the bias": folded(g, g * (start - mean)),
        "beta was scaled too; it is added after the scaling": folded(g, g * (start - mean + beta)),
        "the weights were left as they are": {"w": w, "b": g * (start - mean) + beta},
    }
    if w.shape[-1] == len(w):
        found["the last axis was scaled; output channels are the first axis (第一维)"] = {"w": w * g}
    if w.shape[1] == len(w):
        shape = (1, -1, *[1] * (w.ndim - 2))
        found["the input channels were scaled; output channels are the first axis (第一维)"] = {
            "w": w * g.reshape(shape)
        }
    return found


def layer(seed, shape):
    rng = np.random.default_rng(seed)
    out = shape[0]
    gamma, beta, mean = rng.normal(0, 1.5, out), rng.normal(0, 1, out), rng.normal(0, 2, out)
    norm = {"gamma": gamma, "beta": beta, "mean": mean, "var": 10.0 ** rng.uniform(-5, 1, out)}
    return rng.normal(0, 1, shape), rng.normal(0, 1, out), norm


def holds(exercise, w, b, norm, eps):
    answer = exercise(w, b, **norm, eps=eps)
    known = mistakes(w, b, norm, eps)
    answer.close_to(exact(w, b, norm, eps), rtol=1e-9, atol=1e-12, dtype="exact", names=NAMES, known=known)
    return answer


def test_agrees_with_torch(exercise):
    w, b = np.array(TORCH_W), np.array(TORCH_B)
    norm = {k: np.array(v) for k, v in TORCH_NORM.items()}
    expected = np.array(TORCH_FOLDED_W), np.array(TORCH_FOLDED_B)
    known = mistakes(w, b, norm, 1e-5)
    answer = exercise(w, b, **norm)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, dtype="exact", names=NAMES, known=known)


@pytest.mark.parametrize(
    "shape", [(4, 3), (3, 3), (1, 1), (5, 2, 3), (3, 3, 3), (4, 2, 3, 3), (2, 5, 1, 2), (3, 3, 3, 3)]
)
def test_shapes(exercise, shape):
    holds(exercise, *layer(1, shape), 1e-3)


@pytest.mark.parametrize("shape", [(4, 3), (3, 2, 2, 2)])
def test_a_layer_without_a_bias(exercise, shape):
    w, _, norm = layer(2, shape)
    holds(exercise, w, None, norm, 1e-5)


@pytest.mark.parametrize("eps", [0.0, 1e-5, 1e-3, 0.5])
def test_eps(exercise, eps):
    holds(exercise, *layer(3, (6, 4)), eps)


def test_a_variance_of_zero(exercise):
    w, b, norm = layer(4, (4, 3))
    norm["var"][1] = 0.0
    holds(exercise, w, b, norm, 1e-5)


def test_the_output_stays(exercise):
    w, b, norm = layer(5, (6, 8))
    x = np.random.default_rng(6).normal(0, 1, (20, 8))
    answer = holds(exercise, w, b, norm, 1e-5)
    deviation = np.sqrt(norm["var"] + 1e-5)
    before = norm["gamma"] * (x @ w.T + b - norm["mean"]) / deviation + norm["beta"]
    after = x @ answer.value[0].T + answer.value[1]
    answer.check(bool(np.allclose(after, before, rtol=1e-9, atol=1e-9)), "the folded layer has another output")


def test_leaves_a_fortran_ordered_array_alone(exercise):
    w, b, norm = layer(7, (4, 3, 2, 2))
    holds(exercise, np.asfortranarray(w), b, norm, 1e-5)


def test_refuses_a_negative_variance(exercise):
    w, b, norm = layer(8, (4, 3))
    norm["var"][2] = -1e-9
    exercise.raises(ValueError, w, b, **norm, because="var holds a negative number")


@pytest.mark.parametrize("shape", [(4,), ()])
def test_refuses_fewer_than_2_dimensions(exercise, shape):
    _, b, norm = layer(9, (4, 3))
    exercise.raises(ValueError, np.ones(shape), b, **norm, because="w must have 2 dimensions or more")
