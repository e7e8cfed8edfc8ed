"""Grader of nm_mask_rows. Oracle: every choice of n positions out of m is tried, and the largest sum wins."""

from itertools import combinations

import numpy as np
import pytest


def best_choice(group, n):
    """The positions of largest total magnitude; ``max`` takes the first in lexicographic order, the lower indices."""
    return max(combinations(range(len(group)), n), key=lambda c: sum(abs(group[i]) for i in c))


def tried(w, n, m):
    """``w`` holds small integers here (times a power of two), so the sums are exact."""
    mask = np.zeros(w.shape, bool)
    for i, row in enumerate(w.tolist()):
        for start in range(0, len(row), m):
            for j in best_choice(row[start : start + m], n):
                mask[i, start + j] = True
    return mask


def mistakes(w, n, m):
    rows, columns = w.shape
    right = tried(w, n, m)
    strided = w.reshape(rows, m, -1).swapaxes(1, 2).reshape(rows, -1)
    back = tried(strided, n, m).reshape(rows, -1, m).swapaxes(1, 2).reshape(rows, -1)
    found = {
        "the mask is inverted: True must mean that the weight is kept": ~right,
        "n weights of each group were pruned; n is the number that stays": ~tried(1e6 - np.abs(w), n, m),
        "the smallest weights were kept": tried(1e6 - np.abs(w), n, m),
        "the signed values were compared: the magnitude is abs(w)": tried(w + 1e6, n, m),
        "of equal magnitudes, the one at the higher index was kept": tried(w[:, ::-1], n, m)[:, ::-1],
        "the groups take every so many columns; a group is a run of neighbours (相邻)": back,
        "masked weights (w * mask): the mask itself is asked for": np.where(right, w, 0),
    }
    grouped = np.abs(w).reshape(-1, m)
    if len(grouped):
        threshold = np.sort(grouped, axis=1)[:, [m - n]]
        found["a threshold (阈值) in each group: ties let more than n weights stay"] = (grouped >= threshold).reshape(
            w.shape
        )
        if n < m:
            below = np.sort(grouped, axis=1)[:, [m - n - 1]]
            found["a threshold (阈值) in each group: ties leave fewer than n weights"] = (grouped > below).reshape(
                w.shape
            )
        order = np.argsort(-grouped, axis=1)[:, :n]
        mixed = np.zeros(grouped.shape, bool)
        np.put_along_axis(mixed, order, True, axis=1)
        found["the sort is not stable (不稳定排序): equal magnitudes came in any order"] = mixed.reshape(w.shape)
    if rows and rows % m == 0:
        down = tried(w.T, n, m).T
        found["the groups run down the columns (axis 0): the pattern lies along the inputs, within a row"] = down
    if columns > m:
        order = np.argsort(-np.abs(w), axis=1, kind="stable")[:, : columns // m * n]
        whole = np.zeros(w.shape, bool)
        np.put_along_axis(whole, order, True, axis=1)
        found["the right number per row, but not n in each group of m"] = whole
    return found


def holds(exercise, w, n, m):
    exercise(w, n=n, m=m).equals(tried(w, n, m), known=mistakes(w, n, m))


def weights(seed, shape, most=1000):
    return np.random.default_rng(seed).integers(-most, most + 1, shape).astype(np.float32) / 64


def test_by_hand(exercise):
    w = np.array([[0.1, -0.9, 0.5, 0.2, 3.0, -1.0, -4.0, 2.0], [1.0, 2.0, 3.0, 4.0, -8.0, -7.0, 6.0, 5.0]], np.float32)
    expected = np.array([[0, 1, 1, 0, 1, 0, 1, 0], [0, 0, 1, 1, 1, 1, 0, 0]], bool)
    exercise(w).equals(expected, known=mistakes(w, 2, 4))


@pytest.mark.parametrize(("n", "m"), [(1, 4), (3, 4), (2, 4), (1, 2), (4, 8), (2, 6), (1, 1), (3, 3)])
def test_patterns(exercise, n, m):
    holds(exercise, weights(n + 10 * m, (m, 3 * m)), n, m)
    holds(exercise, weights(n + 10 * m, (5, 2 * m)), n, m)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_equal_magnitudes(exercise, n):
    holds(exercise, weights(7, (8, 24), most=2), n, 4)


def test_equal_magnitudes_in_long_groups(exercise):
    """Long enough that a sort which is not stable mixes them up."""
    w = np.array([[(-1.0) ** j * (j % 2) for j in range(20)] * 2] * 3, np.float32)
    holds(exercise, w, 4, 20)


def test_a_group_of_zeros_keeps_its_first(exercise):
    w = np.array([[0, -0.0, 0, -0.0, 1, 0, 0, 0]], np.float32)
    exercise(w).equals(np.array([[1, 1, 0, 0, 1, 1, 0, 0]], bool), known=mistakes(w, 2, 4))


def test_a_fortran_ordered_array_in_double_precision(exercise):
    holds(exercise, np.asfortranarray(weights(8, (4, 12)).astype(np.float64)), 2, 4)


def test_no_rows(exercise):
    exercise(np.zeros((0, 8), np.float32)).equals(np.zeros((0, 8), bool))


@pytest.mark.parametrize(("n", "m"), [(0, 4), (5, 4), (-1, 4), (2, 1)])
def test_refuses_n(exercise, n, m):
    exercise.raises(ValueError, weights(9, (2, 8)), n=n, m=m, because="n must be in 1 .. m")


@pytest.mark.parametrize("m", [3, 5, 16])
def test_refuses_inputs_that_m_does_not_divide(exercise, m):
    because = f"8 inputs are not a multiple of m = {m} (不能整除)"
    exercise.raises(ValueError, weights(9, (15, 8)), n=1, m=m, because=because)
    exercise.raises(ValueError, weights(9, (16, 8)), n=1, m=m, because=because)


@pytest.mark.parametrize("shape", [(8,), (2, 2, 8), ()])
def test_refuses_shape(exercise, shape):
    exercise.raises(ValueError, np.ones(shape, np.float32), because="w must be 2-D, (out_features, in_features)")
