"""Grader of pack_2_4. Oracle: group by group, over all pairs of places; bits by integer arithmetic."""

from itertools import combinations

import numpy as np
import pytest

NAMES = ("values", "meta")


def places_of(group):
    """The lowest pair of places that covers all entries which are not 0."""
    return min(pair for pair in combinations(range(4), 2) if all(group[k] == 0 for k in range(4) if k not in pair))


def exact(w, code=lambda a, b: a + 4 * b, pair=lambda low, high: low + 16 * high):
    out, columns = w.shape
    values = np.zeros((out, columns // 2), w.dtype)
    meta = np.zeros((out, -(-columns // 8)), np.uint8)
    for i in range(out):
        nibbles = []
        for g in range(columns // 4):
            group = w[i, 4 * g : 4 * g + 4].tolist()
            a, b = places_of(group)
            values[i, 2 * g], values[i, 2 * g + 1] = group[a], group[b]
            nibbles.append(code(a, b))
        nibbles += [0] * (len(nibbles) % 2)
        meta[i] = [pair(*nibbles[k : k + 2]) for k in range(0, len(nibbles), 2)]
    return values, meta


def late(w):
    """Filled up with the last free places: the mirror image of the rule."""
    values, _ = exact(np.ascontiguousarray(w[:, ::-1]))
    return values[:, ::-1]


def mistakes(w):
    values, meta = exact(w)
    found = {
        "the places in a nibble are exchanged: the first one takes the low two bits (低两位)": {
            "values": values,
            "meta": exact(w, code=lambda a, b: b + 4 * a)[1],
        },
        "the groups in a byte are exchanged: the even one takes the low four bits (低四位)": {
            "values": values,
            "meta": exact(w, pair=lambda low, high: high + 16 * low)[1],
        },
        "one nibble for each byte: two groups share a byte": {
            "values": values,
            "meta": np.array([exact(row.reshape(-1, 4))[1][:, 0] for row in w], np.uint8).reshape(len(w), -1),
        },
        "a group was filled up with its last free places, not with its first": {"values": late(w)},
        "places a, b were stored as b - a, or as positions in the row": {
            "values": values,
            "meta": exact(w, code=lambda a, b: a + 4 * (b - a))[1],
        },
        "values and meta are in the wrong order": {"values": meta, "meta": values},
    }
    if w.size // 4 % 2 == 0 and w.shape[1] // 4 % 2:
        run = exact(w.reshape(1, -1))[1][0]
        found["the nibbles run on from row to row: every row begins with a byte of its own"] = {"meta": run}
    return found


def holds(exercise, w):
    answer = exercise(w)
    answer.equals(exact(w), dtype="exact", names=NAMES, known=mistakes(w))


def pruned(seed, shape, dtype=np.float32):
    """The two largest of each four."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(1, 100, (*shape[:1], shape[1] // 4, 4)) * rng.choice([-1, 1], (*shape[:1], shape[1] // 4, 4))
    drop = np.argsort(rng.random(groups.shape), axis=2)[:, :, :2]
    np.put_along_axis(groups, drop, 0, axis=2)
    return groups.reshape(shape).astype(dtype)


def test_by_hand(exercise):
    w = np.array([[0, 5, 0, 8, 0, 0, 7, 0]], np.float32)  # places 1, 3 and 0, 2: 1 + 4 * 3 = 13, 0 + 4 * 2 = 8
    expected = np.array([[5, 8, 0, 7]], np.float32), np.array([[13 + 16 * 8]], np.uint8)
    exercise(w).equals(expected, dtype="exact", names=NAMES, known=mistakes(w))


def test_every_pair_of_places(exercise):
    w = np.zeros((6, 8), np.float32)
    for i, (a, b) in enumerate(combinations(range(4), 2)):
        w[i, [a, b]], w[5 - i, [4 + a, 4 + b]] = [1 + i, -2 - i], [3 + i, 0.5]
    holds(exercise, w)


@pytest.mark.parametrize("shape", [(3, 8), (1, 16), (4, 4), (2, 12), (3, 20), (2, 40)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_pruned_matrices(exercise, shape, dtype):
    holds(exercise, pruned(shape[1], shape, dtype))


def test_groups_with_fewer_entries(exercise):
    w = np.zeros((5, 8), np.float32)
    for i in range(4):
        w[i, i] = i + 1  # one entry, at each place; the second group of zeros
    w[4, 5] = -3
    holds(exercise, w)


def test_negative_zero_is_zero(exercise):
    w = np.array([[-0.0, -0.0, 3.0, 4.0, 1.0, -0.0, -0.0, 2.0]], np.float32)
    holds(exercise, w)


def test_fortran_order(exercise):
    holds(exercise, np.asfortranarray(pruned(7, (4, 24))))


def test_no_rows(exercise):
    w = np.zeros((0, 8), np.float32)
    expected = np.zeros((0, 4), np.float32), np.zeros((0, 1), np.uint8)
    exercise(w).equals(expected, dtype="exact", names=NAMES)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_refuses_three_in_a_group(exercise, place):
    w = np.zeros((2, 8), np.float32)
    w[1, 4:] = 1.5
    w[1, 4 + place] = 0
    exercise.raises(ValueError, w, because="row 1 holds three entries in its second group: prune it first (先剪枝)")


@pytest.mark.parametrize("shape", [(2, 6), (2, 3), (4, 2), (0, 6)])
def test_refuses_a_width(exercise, shape):
    exercise.raises(ValueError, np.zeros(shape, np.float32), because="the number of columns must be a multiple of 4")


@pytest.mark.parametrize("shape", [(8,), (2, 2, 8)])
def test_refuses_shape(exercise, shape):
    exercise.raises(ValueError, np.zeros(shape, np.float32), because="w must be 2-D, (out, in)")
