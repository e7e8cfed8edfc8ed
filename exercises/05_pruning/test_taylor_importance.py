"""Grader of taylor_importance.

Oracle: a loss that is linear in the weights, L_b(w) = <g_b, w>, has g_b as its gradient and no higher terms. The change
when a channel is really zeroed is then exact, and is computed by evaluating the loss twice.
"""

import math

import numpy as np
import pytest


def loss(w, g, bias, bias_g):
    """<g, w> + <bias_g, bias> for one batch, summed without rounding."""
    terms = [a * b for a, b in zip(w.ravel().tolist(), g.ravel().tolist(), strict=True)]
    if bias is not None:
        terms += [a * b for a, b in zip(bias.tolist(), bias_g.tolist(), strict=True)]
    return math.fsum(terms)


def measured(w, grads, bias=None, bias_grads=None):
    """Zero each channel in turn and look at the loss of every batch."""
    result = []
    for c in range(len(w)):
        without, bias_without = w.copy(), None if bias is None else bias.copy()
        without[c] = 0
        if bias is not None:
            bias_without[c] = 0
        squares = []
        for b, g in enumerate(grads):
            bias_g = None if bias is None else bias_grads[b]
            squares.append((loss(without, g, bias_without, bias_g) - loss(w, g, bias, bias_g)) ** 2)
        result.append(math.fsum(squares) / len(grads))
    return np.array(result)


def mistakes(w, grads, bias=None, bias_grads=None):
    w, grads = w.astype(np.float64), grads.astype(np.float64)
    products = w * grads
    flat = products.reshape(*products.shape[:2], -1)
    change = flat.sum(axis=2)
    plain = change.copy()
    if bias is not None:
        one = bias.astype(np.float64) * bias_grads
        change = change + one
        flat = np.concatenate([flat, one[..., None]], axis=2)
    right = change**2
    found = {
        "each product was squared before the sum over the channel: contributions may cancel within a channel": (
            (flat**2).sum(axis=2).mean(axis=0)
        ),
        "the mean over the batches was taken before the square (先平方，再平均)": change.mean(axis=0) ** 2,
        "the sum over the batches was squared": change.sum(axis=0) ** 2,
        "the sum over the batches, not the mean": right.sum(axis=0),
        "the square is missing: abs of the change": np.abs(change).mean(axis=0),
        "the square is missing: changes of both signs cancel": change.mean(axis=0),
        "the mean over the weights of a channel, not their sum": (flat.mean(axis=2) ** 2).mean(axis=0),
        "abs of each product: contributions may cancel within a channel": (np.abs(flat).sum(axis=2) ** 2).mean(axis=0),
        "the weights play no part: that is the gradient alone": (
            grads.reshape(len(grads), len(w), -1).sum(axis=2) ** 2
        ).mean(axis=0),
        "the root of the mean square; the mean square is asked for": np.sqrt(right.mean(axis=0)),
        "only the first batch was used": right[0],
        "one number per weight: sum over the channel": (products**2).mean(axis=0),
    }
    if bias is not None:
        found["the bias was left out: it is removed with its channel"] = (plain**2).mean(axis=0)
        found["the bias was squared by itself: it belongs into the sum of its channel"] = (plain**2 + one**2).mean(
            axis=0
        )
    else:
        axes = (1, *range(3, products.ndim))
        by_input = (products.sum(axis=axes) ** 2).mean(axis=0)
        found["the importance of the input channels: the output channels are axis 0 of w"] = by_input
    return found


def holds(exercise, w, grads, **bias):
    answer = exercise(w, grads, **bias)
    answer.close_to(measured(w, grads, **bias), rtol=1e-6, atol=1e-12, known=mistakes(w, grads, **bias))
    answer.has(shape=(len(w),), dtype="float64")


def layer(seed, shape, batches=3, bias=False, dtype=np.float64):
    rng = np.random.default_rng(seed)
    arrays = {"w": rng.normal(0, 1, shape).astype(dtype), "grads": rng.normal(0.2, 1, (batches, *shape)).astype(dtype)}
    if bias:
        arrays["bias"] = rng.normal(0, 2, shape[0]).astype(dtype)
        arrays["bias_grads"] = rng.normal(0, 1, (batches, shape[0])).astype(dtype)
    return arrays


def test_by_hand(exercise):
    w = np.array([[1.0, 2.0], [3.0, -1.0]])
    grads = np.array([[[3.0, -1.0], [1.0, 1.0]], [[1.0, 1.0], [-1.0, 1.0]]])
    # batch 0: 3 - 2 = 1 and 3 - 1 = 2; batch 1: 1 + 2 = 3 and -3 - 1 = -4
    exercise(w, grads).close_to(np.array([5.0, 10.0]), rtol=1e-6, known=mistakes(w, grads))


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (1, 3), (5, 1), (4, 3, 2), (4, 2, 3, 3), (2, 2, 2, 2)])
def test_shapes(exercise, shape):
    holds(exercise, **layer(len(shape), shape))


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (4, 2, 3, 3)])
def test_bias(exercise, shape):
    holds(exercise, **layer(20, shape, bias=True))
    holds(exercise, **layer(21, shape, batches=1, bias=True))


@pytest.mark.parametrize("batches", [1, 2, 4, 7])
def test_batches(exercise, batches):
    holds(exercise, **layer(30 + batches, (4, 6), batches))


def test_what_cancels_has_no_importance(exercise):
    w, grads = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[[3.0, -3.0], [3.0, 3.0]]])
    exercise(w, grads).close_to(np.array([0.0, 36.0]), rtol=1e-6, known=mistakes(w, grads))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_inputs_are_computed_in_double_precision(exercise, dtype):
    arrays = layer(40, (3, 40), bias=True, dtype=dtype)
    arrays = {name: a * dtype(64) for name, a in arrays.items()}  # products of float16 overflow
    holds(exercise, **arrays)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    holds(exercise, **{name: np.asfortranarray(a) for name, a in layer(41, (3, 4, 2, 2), bias=True).items()})


@pytest.mark.parametrize("shape", [(4, 6), (3, 6, 4), (2, 1, 6), (2, 4, 1), (0, 4, 6), (2, 3, 4, 6), (1, 1)])
def test_refuses_grads(exercise, shape):
    because = "grads must be of shape (batches, 4, 6) with at least one batch"
    exercise.raises(ValueError, np.ones((4, 6)), np.ones(shape), because=because)


@pytest.mark.parametrize("missing", ["bias", "bias_grads"])
def test_refuses_half_a_bias(exercise, missing):
    arrays = layer(42, (4, 6), bias=True)
    del arrays[missing]
    exercise.raises(ValueError, **arrays, because="bias and bias_grads come together or not at all")
