"""Grader of prune_channels. Oracle: the masked network itself, evaluated one hidden channel at a time."""

import math

import numpy as np
import pytest

NAMES = ("w1", "b1", "w2", "b2")


def masked_output(x, w1, b1, w2, b2, keep):
    """Run the masked network in Python floats: y = b2 + the sum over all channels, masked ones too."""
    terms = [[[float(b)] for b in b2] for _ in x]
    for c, kept in enumerate(keep.tolist()):
        for i, row in enumerate(x):
            z = float(b1[c]) + (
                math.fsum(float(a) * float(v) for a, v in zip(row, w1[c], strict=True)) if kept else 0.0
            )
            for o in range(len(b2)):
                terms[i][o].append(float(w2[o, c]) * max(z, 0.0))
    return np.array([[math.fsum(t) for t in row] for row in terms]).reshape(len(x), len(b2))


def written_out(w1, b1, w2, b2, keep):
    """Channel by channel; the new b2 is what the masked network with all kept columns of w2 at zero would give."""
    places = [c for c, kept in enumerate(keep.tolist()) if kept]
    without = w2.astype(np.float64)
    for c in places:
        without[:, c] = 0
    folded = masked_output(np.zeros((1, w1.shape[1])), w1, b1, without, b2, keep)[0].astype(b2.dtype)
    small1 = np.array([w1[c] for c in places], w1.dtype).reshape(len(places), w1.shape[1])
    small2 = np.array([w2[:, c] for c in places], w2.dtype).reshape(len(places), len(w2)).T
    return small1, np.array([b1[c] for c in places], b1.dtype), small2, folded


def mistakes(w1, b1, w2, b2, keep):
    gone = ~keep
    small1, bias, small2, folded = written_out(w1, b1, w2, b2, keep)
    sure = {"w1": small1, "b1": bias, "w2": small2}

    def shifted(constant, where=gone):
        return sure | {"b2": b2 + w2[:, where].astype(np.float64) @ constant}

    found = {
        "b2 was left alone: a masked channel with a positive bias still adds a constant": sure | {"b2": b2},
        "the constant was folded into b2 without the ReLU: a negative bias gives 0": shifted(b1[gone]),
        "the magnitude of the bias is not its ReLU": shifted(np.abs(b1[gone])),
        "the constant was subtracted from b2": shifted(-np.maximum(b1[gone], 0)),
        "the constants of the kept channels were folded: they still come through h": shifted(
            np.maximum(b1[keep], 0), keep
        ),
        "the constants of all channels were folded: the kept ones still come through h": shifted(
            np.maximum(b1, 0), np.ones(len(b1), bool)
        ),
        "the constant was folded as if w2 were 1: it passes through the column of w2": sure
        | {"b2": b2 + np.maximum(b1[gone], 0).sum()},
        "the masked channels were kept and the others removed: keep is True for what stays": {
            "w1": w1[gone],
            "b1": b1[gone],
            "w2": w2[:, gone],
        },
        "the arrays are only masked, not smaller": {"w1": w1 * keep[:, None], "w2": w2 * keep},
        "w2 kept all its columns: the inputs of the second layer must go as well": {"w1": small1, "w2": w2},
        "b1 kept all its entries": {"w1": small1, "b1": b1},
    }
    if w1.shape[1] == len(keep):
        found["the columns of w1 were removed: its rows are the hidden channels"] = {"w1": w1[:, keep]}
    if len(w2) == len(keep):
        found["the rows of w2 were removed: its columns are the hidden channels"] = {"w1": small1, "w2": w2[keep]}
    return found


def holds(exercise, w1, b1, w2, b2, keep):
    arrays = (w1, b1, w2, b2)
    answer = exercise(*arrays, keep=keep)
    tolerance = {"rtol": 1e-5, "atol": 1e-6}
    answer.close_to(written_out(*arrays, keep), **tolerance, dtype="exact", names=NAMES, known=mistakes(*arrays, keep))
    for i, expected in enumerate(written_out(*arrays, keep)[:3]):
        answer.part(i, NAMES[i]).equals(expected, dtype="exact")
    x = np.random.default_rng(0).normal(0, 1, (6, w1.shape[1]))
    small = [a.astype(np.float64) for a in answer.value]
    y = np.maximum(x @ small[0].T + small[1], 0) @ small[2].T + small[3]
    same = np.allclose(y, masked_output(x, *arrays, keep), rtol=1e-4, atol=1e-4)
    answer.check(same, "the small network and the masked one differ in their output y")


def network(seed, inputs=4, hidden=6, outputs=3, dtype=np.float32):
    rng = np.random.default_rng(seed)
    shapes = [(hidden, inputs), (hidden,), (outputs, hidden), (outputs,)]
    return [rng.normal(0, 1, shape).astype(dtype) for shape in shapes]


MIXED = np.array([True, False, True, True, False, False])


def test_by_hand(exercise):
    w1, b1 = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0.5, 2.0, -3.0])
    w2, b2 = np.array([[1.0, 10.0, 100.0]]), np.array([7.0])
    keep = np.array([True, False, False])
    expected = np.array([[1.0, 2.0]]), np.array([0.5]), np.array([[1.0]]), np.array([27.0])
    known = mistakes(w1, b1, w2, b2, keep)
    exercise(w1, b1, w2, b2, keep=keep).close_to(expected, rtol=1e-5, atol=1e-6, names=NAMES, known=known)


@pytest.mark.parametrize(("inputs", "outputs"), [(4, 3), (6, 6), (1, 1), (6, 2), (2, 6)])
def test_sizes(exercise, inputs, outputs):
    holds(exercise, *network(1, inputs, 6, outputs), MIXED)


@pytest.mark.parametrize("seed", range(2, 6))
def test_masks(exercise, seed):
    holds(exercise, *network(seed, hidden=8), np.random.default_rng(seed).random(8) < 0.5)


def test_biases_that_relu_stops(exercise):
    w1, b1, w2, b2 = network(6)
    holds(exercise, w1, -np.abs(b1), w2, b2, MIXED)
    holds(exercise, w1, np.abs(b1), w2, b2, MIXED)


def test_everything_and_nothing(exercise):
    for value in (True, False):
        holds(exercise, *network(7), np.full(6, value))


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_dtypes(exercise, dtype):
    arrays = [np.rint(4 * a) / dtype(4) for a in network(8, dtype=dtype)]  # short numbers: float16 holds them
    holds(exercise, *arrays, MIXED)


def test_each_array_keeps_its_own_dtype(exercise):
    w1, b1, w2, b2 = network(9)
    holds(exercise, w1, b1.astype(np.float64), w2, b2, MIXED)
    holds(exercise, w1, b1, w2.astype(np.float64), b2, MIXED)
    holds(exercise, w1, b1, w2, b2.astype(np.float64), MIXED)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    holds(exercise, *(np.asfortranarray(a) for a in network(10)), MIXED)


@pytest.mark.parametrize(
    ("place", "shape"),
    [
        (0, (5, 4)),
        (0, (6,)),
        (0, (6, 4, 1)),
        (1, (5,)),
        (1, (6, 1)),
        (1, (1,)),
        (2, (3, 5)),
        (2, (6,)),
        (3, (4,)),
        (3, (1,)),
        (3, (1, 3)),
    ],
)
def test_refuses_shapes(exercise, place, shape):
    arrays = network(11)
    arrays[place] = np.ones(shape, np.float32)
    because = "w1 (6, 4), b1 (6,), w2 (3, 6) and b2 (3,) must fit each other"
    exercise.raises(ValueError, *arrays, keep=MIXED, because=because)


@pytest.mark.parametrize("keep", [[0, 2, 3], [1, 0, 1, 1, 0, 0], [1.0, 0.0, 1.0, 1.0, 0.0, 0.0]])
def test_refuses_indices(exercise, keep):
    exercise.raises(ValueError, *network(12), keep=np.array(keep), because="keep must be of dtype bool")


@pytest.mark.parametrize("shape", [(5,), (7,), (1,), (6, 1), ()])
def test_refuses_masks_of_another_size(exercise, shape):
    exercise.raises(ValueError, *network(13), keep=np.ones(shape, bool), because="keep must be of shape (hidden,)")
