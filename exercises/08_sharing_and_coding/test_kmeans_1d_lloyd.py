"""Grader of kmeans_1d_lloyd. Oracle: rational numbers, one weight at a time; one run frozen from scikit-learn."""

import bisect
import itertools
from fractions import Fraction

import numpy as np
import pytest

NAMES = ("centroids", "codes")


def assign(values, c):
    """Clusters are intervals, cut at the middles; a tie that is only nearly one would be a trap of the grader."""
    if c[0] == c[-1]:
        return [0] * len(values)
    middles = [(a + b) / 2 for a, b in itertools.pairwise(c)]
    codes = [bisect.bisect_left(middles, v) for v in values]
    for v, m in zip(values, codes, strict=True):
        near = min(abs(v - middle) for middle in middles[max(m - 1, 0) : m + 1])
        assert near == 0 or near > 1e-9, "a weight is too close to a tie"
    return codes


def rounds(values, c, iterations, empty=lambda old: old):
    for _ in range(iterations):
        codes = assign(values, c)
        members = [[v for v, m in zip(values, codes, strict=True) if m == j] for j in range(len(c))]
        c = [sum(own) / len(own) if own else empty(old) for own, old in zip(members, c, strict=True)]
    return c


def exact(x, k, iterations):
    values = [Fraction(float(v)) for v in x.ravel()]
    lo, hi = min(values), max(values)
    c = rounds(values, [lo + (hi - lo) * m / (k - 1) for m in range(k)], iterations)
    return np.array([float(v) for v in c]), np.array(assign(values, c), np.int64).reshape(x.shape)


def lloyd(x, start, iterations, *, higher=False, empty="stay"):
    """The algorithm with one rule changed."""
    flat, c = x.ravel().astype(float), np.array(start, float)
    before = np.zeros(len(flat), int)
    for _ in range(iterations):
        before = nearest(flat, c, higher)
        for m in range(len(c)):
            own = flat[before == m]
            if len(own):
                c[m] = own.mean()
            elif empty != "stay":
                c[m] = 0.0 if empty == "zero" else flat[np.argmax(np.abs(flat - c[before]))]
    return c, nearest(flat, c, higher).reshape(x.shape), before.reshape(x.shape)


def nearest(flat, c, higher):
    distance = np.abs(flat[:, None] - c)
    return len(c) - 1 - np.argmin(distance[:, ::-1], 1) if higher else np.argmin(distance, 1)


def mistakes(x, k, iterations):
    """What the usual mistakes return."""
    flat = x.ravel().astype(float)
    lo, hi = flat.min(), flat.max()
    line = np.linspace(lo, hi, k)
    width = (hi - lo) / k
    starts = {
        "the start is that of k equal bins (their middles); the linear start (线性初始化) includes lo and hi": lo
        + (np.arange(k) + 0.5) * width,
        "the start stops short of hi: (hi - lo) was divided by k, not by k - 1": lo + np.arange(k) * width,
        "a start at the quantiles (密度初始化), not at equal distances": np.quantile(flat, np.linspace(0, 1, k)),
        "the start spans -max(abs(x)) .. max(abs(x)), not min(x) .. max(x)": np.linspace(-1, 1, k) * abs(flat).max(),
        "the start spans 0 .. 1, not min(x) .. max(x)": np.linspace(0, 1, k),
    }
    found = {text: dict(zip(NAMES, lloyd(x, s, iterations)[:2], strict=True)) for text, s in starts.items()}
    c, codes, before = lloyd(x, line, iterations)
    found["the codes belong to the centroids before the last update: assign once more (最后再分配一次)"] = {
        "centroids": c,
        "codes": before,
    }
    for text, rule in (
        ("an empty cluster (空簇) was set to 0; it stays where it is", "zero"),
        ("an empty cluster (空簇) was moved to the weight that is farthest; it stays where it is", "far"),
    ):
        found[text] = dict(zip(NAMES, lloyd(x, line, iterations, empty=rule)[:2], strict=True))
    found["of two equally near centroids the higher index was taken"] = dict(
        zip(NAMES, lloyd(x, line, iterations, higher=True)[:2], strict=True)
    )
    used = np.unique(codes)
    found["the empty clusters (空簇) were dropped: there must be k centroids"] = {"centroids": c[used]}
    found["the centroids are in another order, the largest first"] = {"centroids": c[::-1], "codes": k - 1 - codes}
    found["codes kept flat; they have the shape of x"] = {"centroids": c, "codes": codes.ravel()}
    found["one round too few"] = {"centroids": lloyd(x, line, max(iterations - 1, 0))[0]}
    found["one round too many"] = {"centroids": lloyd(x, line, iterations + 1)[0]}
    found["only one round was done"] = {"centroids": lloyd(x, line, 1)[0]}
    found["the weights are returned, c[codes], in place of the codes"] = {"centroids": c, "codes": c[codes]}
    return found


def holds(exercise, x, k, iterations):
    answer = exercise(x, k=k, iterations=iterations)
    c = answer.part(0, "centroids").has(dtype="float")
    told = "NaN came out: the mean of an empty cluster (空簇) is 0 / 0; leave its centroid where it is"
    c.check(not np.isnan(c.value).any(), told)
    c.check(c.value.dtype == np.float64, "the centroids must be float64: computed in float32 their sums lose digits")
    known = mistakes(x, k, iterations)
    answer.close_to(exact(x, k, iterations), rtol=1e-9, atol=1e-12, names=NAMES, known=known)


def weights(seed, shape):
    return np.random.default_rng(seed).normal(0.1, 0.5, shape).astype(np.float32)


def test_by_hand(exercise):
    """Start 0, 4, 8; 2 is half way and goes to 0. Then the means are 1, 5 and 8."""
    x = np.array([0.0, 2.0, 5.0, 8.0])
    expected = np.array([1.0, 5.0, 8.0]), np.array([0, 0, 1, 2])
    answer = exercise(x, k=3, iterations=1)
    answer.close_to(expected, rtol=1e-9, names=NAMES, known=mistakes(x, 3, 1))


def test_agrees_with_scikit_learn(exercise):
    """sklearn 1.9.1, KMeans(4, init=the linear start, n_init=1, algorithm="lloyd", tol=0), run to the end."""
    x = np.array([-0.9, -0.5, -0.45, -0.1, 0.0, 0.05, 0.12, 0.4, 0.55, 1.3])
    expected = np.array([-0.9, -0.14666666666666667, 0.475, 1.3]), np.array([0, 1, 1, 1, 1, 1, 1, 2, 2, 3])
    answer = exercise(x, k=4)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(x, 4, 20))


@pytest.mark.parametrize("iterations", [0, 1, 2, 5, 40])
def test_rounds(exercise, iterations):
    holds(exercise, weights(1, (60,)), 5, iterations)


@pytest.mark.parametrize("k", [2, 3, 8, 16])
def test_numbers_of_centroids(exercise, k):
    holds(exercise, weights(k, (8, 9)), k, 3)


def test_rounds_default_to_20(exercise):
    x = np.rint(10000 * np.exp(-np.arange(400) / 100))  # 26 rounds until nothing moves
    answer = exercise(x, k=6)
    answer.close_to(exact(x, 6, 20), rtol=1e-9, names=NAMES, known=mistakes(x, 6, 20))


def test_empty_clusters(exercise):
    x = np.array([[1.0, 1.5, 1.25], [9.0, 1.0, 9.0]])
    for k in (3, 5, 9):
        holds(exercise, x, k, 1)
        holds(exercise, x, k, 4)


def test_an_empty_cluster_that_fills_up(exercise):
    """Start 0, 8, 16, 24: 8 is empty at first, then takes 6.5 and 11.5 from its neighbours as they move away."""
    x = np.array([0.0, 0.0, 0.0, 3.5, 12.5, 18.5, 19.0, 24.0, 24.0])
    for iterations in (1, 2, 3):
        holds(exercise, x, 4, iterations)


def test_more_centroids_than_weights(exercise):
    holds(exercise, np.array([-2.0, 6.0, 0.5]), 9, 2)


def test_equal_weights(exercise):
    holds(exercise, np.full((2, 3), -0.75), 4, 3)
    holds(exercise, np.float32([[2.5]]), 2, 1)


def test_half_way(exercise):
    """Start 0, 2, 4, 6: the odd ones are ties."""
    holds(exercise, np.array([0.0, 1.0, 3.0, 5.0, 6.0]), 4, 0)
    holds(exercise, np.array([6.0, 5.0, 5.0, 3.0, 1.0, 0.0]), 4, 1)


def test_leaves_a_fortran_ordered_array_alone(exercise):
    holds(exercise, np.asfortranarray(weights(7, (4, 5, 3))), 6, 5)


def test_sums_in_double_precision(exercise):
    """In float32 the sum of many weights near 1000 loses digits."""
    x = (1000 + np.random.default_rng(8).uniform(-40, 40, 400)).astype(np.float32)
    holds(exercise, x, 3, 2)


@pytest.mark.parametrize(
    ("size", "k", "iterations", "because"),
    [
        (0, 4, 3, "x is empty"),
        (5, 1, 3, "k must be at least 2: the linear start divides by k - 1"),
        (5, 0, 3, "k must be at least 2"),
        (5, 3, -1, "iterations must be at least 0"),
    ],
)
def test_refuses(exercise, size, k, iterations, because):
    exercise.raises(ValueError, np.arange(size, dtype=np.float64), k=k, iterations=iterations, because=because)
