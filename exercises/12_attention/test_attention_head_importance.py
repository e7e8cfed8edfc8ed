"""Grader of attention_head_importance. Oracle: a loss that is linear in y, with one head switched off at a time."""

import math

import numpy as np
import pytest


def output(context, w_out, gates):
    """The layer itself, with gates: heads joined, then projected."""
    gated = context * gates[:, None]
    return gated.reshape(*context.shape[:2], -1) @ w_out.T


def drops(context, w_out, grad, gates, mask):
    """(batch, tokens, heads): how the loss sum(grad * y) of a token changes when a head is switched off."""
    found = np.zeros(context.shape[:3])
    full = output(context, w_out, gates)
    for h in range(len(gates)):
        less = gates.copy()
        less[h] = 0
        found[:, :, h] = ((full - output(context, w_out, less)) * grad).sum(axis=2)
    if mask is not None:
        found[~mask] = 0
    return found


def wide(*arrays):
    return [a.astype(np.float64) for a in arrays]


def finish(importance, normalise):
    size = math.sqrt(math.fsum(importance**2)) if normalise else 0
    return importance / size if size else importance


def exact(context, w_out, grad, gates, mask=None, normalise=False):
    table = drops(*wide(context, w_out, grad, gates), mask)
    sums = [[abs(math.fsum(sequence[:, h])) for h in range(len(gates))] for sequence in table]
    return finish(np.array([math.fsum(column) / len(table) for column in zip(*sums, strict=True)]), normalise)


def mistakes(context, w_out, grad, gates, mask=None, normalise=False):
    arrays = wide(context, w_out, grad, gates)
    context, w_out, grad, gates = arrays
    batch, tokens, heads, d = context.shape
    table = drops(*arrays, mask)
    right = np.abs(table.sum(1)).mean(0)
    bare = np.abs(drops(context, w_out, grad, np.ones(heads), mask).sum(1)).mean(0)
    unmasked = np.abs(drops(*arrays, None).sum(1)).mean(0)
    real = tokens if mask is None else max(1, mask.sum() / batch)
    strided = context.transpose(0, 1, 3, 2).reshape(batch, tokens, d, heads)
    total = max(right.sum(), 1e-300)
    found = {
        "the absolute value was taken after the mean: sequences cancel": np.abs(table.sum(1).mean(0)),
        "the absolute value was taken for each token; sum over a sequence first": np.abs(table).sum(1).mean(0),
        "the absolute value was left out": table.sum(1).mean(0),
        "the sum over the sequences; the mean is asked for": right * batch,
        "the mean over the tokens; their sum is asked for": right / real,
        "the mean over the tokens, padding included": right / tokens,
        "the gate was left out: gradient times gate": bare,
        "the gradient times the square of the gate": right * np.abs(gates),
        "padding (填充) was counted": unmasked,
        "the largest sequence; the mean is asked for": np.abs(table.sum(1)).max(0),
    }
    if heads == d:
        found["w_out was cut into d blocks; a head is d neighbouring columns (相邻)"] = np.abs(
            drops(strided, w_out, grad, gates, mask).sum(1)
        ).mean(0)
    known = {text: finish(value, normalise) for text, value in found.items()}
    known["the importances were divided by their sum; by their L2 norm"] = right / total
    known["normalise was not used, or used the wrong way round"] = finish(right, not normalise)
    return known


def holds(exercise, *arrays, **given):
    answer = exercise(*arrays, **given)
    known = mistakes(*arrays, **given)
    answer.close_to(exact(*arrays, **given), rtol=1e-9, atol=1e-12, dtype="exact", known=known)


def layer(seed, batch=5, tokens=4, heads=3, d=2, width=6, dtype=np.float64):
    rng = np.random.default_rng(seed)
    shapes = ((batch, tokens, heads, d), (width, heads * d), (batch, tokens, width), (heads,))
    context, w_out, grad, gates = (rng.normal(0, 1, s).astype(dtype) for s in shapes)
    return context, w_out, grad, gates * 2


def padding(seed, batch=5, tokens=4):
    mask = np.arange(tokens) < np.random.default_rng(seed).integers(1, tokens + 1, (batch, 1))
    mask[-1] = False
    return mask


def test_by_hand(exercise):
    """Two sequences of one token, two heads of one number: |2 * 3 - 2 * 1| / 2 would be wrong, (6 + 2) / 2 is right."""
    context = np.array(
        [
            [
                [
                    [
                        3.0,
                    ],
                    [1.0],
                ]
            ],
            [[[1.0], [4.0]]],
        ]
    )
    arrays = context, np.array([[1.0, 1.0]]), np.array([[[1.0]], [[-1.0]]]), np.array([2.0, -0.5])
    answer = exercise(*arrays)
    answer.close_to(np.array([4.0, 1.25]), rtol=1e-9, known=mistakes(*arrays))


@pytest.mark.parametrize("shape", [(5, 4, 3, 2, 6), (1, 1, 1, 1, 1), (2, 3, 4, 4, 5), (4, 2, 3, 3, 9), (1, 6, 2, 5, 9)])
def test_shapes(exercise, shape):
    holds(exercise, *layer(1, *shape))


@pytest.mark.parametrize("normalise", [True, False])
def test_padding(exercise, normalise):
    context, w_out, grad, gates = layer(2)
    mask = padding(2)
    context[~mask] *= 100
    holds(exercise, context, w_out, grad, gates, mask=mask, normalise=normalise)
    holds(exercise, context, w_out, grad, gates, mask=np.ones((5, 4), bool), normalise=normalise)


def test_normalised(exercise):
    holds(exercise, *layer(3), normalise=True)
    holds(exercise, *layer(4, 2, 3, 1, 2, 4), normalise=True)


def test_a_closed_gate(exercise):
    arrays = layer(5)
    arrays[3][1] = 0
    holds(exercise, *arrays)
    arrays[3][:] = 0
    holds(exercise, *arrays)


def test_no_gradient(exercise):
    context, w_out, grad, gates = layer(6)
    answer = exercise(context, w_out, 0 * grad, gates, normalise=True)
    answer.has(shape=(3,), dtype="float")
    told = "the norm is 0, and 0 / 0 is NaN: leave the zeros"
    answer.check(bool(np.isfinite(answer.value).all()), told)
    answer.close_to(np.zeros(3), dtype="exact")


def test_float32_in_fortran_order(exercise):
    arrays = [np.asfortranarray(a) for a in layer(7, dtype=np.float32)]
    holds(exercise, *arrays, mask=np.asfortranarray(padding(7)))


@pytest.mark.parametrize(("which", "axis"), [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 0)])
def test_refuses_shapes(exercise, which, axis):
    arrays = list(layer(8))
    arrays[which] = arrays[which].take([0], axis=axis)
    exercise.raises(ValueError, *arrays, because="the shapes of context, w_out, grad and gates do not fit")


@pytest.mark.parametrize("shape", [(5,), (5, 1), (1, 4), (4, 5), (5, 4, 1)])
def test_refuses_masks(exercise, shape):
    exercise.raises(ValueError, *layer(9), mask=np.ones(shape, bool), because="mask must be (batch, tokens)")
