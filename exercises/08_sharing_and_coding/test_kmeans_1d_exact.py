"""Grader of kmeans_1d_exact. Oracle: every split of the sorted values is tried, in rational numbers."""

import functools
import itertools
from fractions import Fraction

import numpy as np
import pytest

NAMES = ("centroids", "inertia")


def exhaustive(x, k):
    return tried(tuple(sorted(x.ravel().tolist())), k)


@functools.cache
def tried(numbers, k):
    values = [Fraction(v) for v in numbers]
    n = len(values)
    found = []
    for cuts in itertools.combinations(range(1, n), k - 1):
        runs = [values[a:b] for a, b in itertools.pairwise((0, *cuts, n))]
        means = [sum(r) / len(r) for r in runs]
        inertia = sum((v - m) ** 2 for r, m in zip(runs, means, strict=True) for v in r)
        found.append((inertia, means, [len(r) for r in runs]))
    found.sort()
    assert len(found) == 1 or found[1][0] - found[0][0] > Fraction(1, 1000) * found[0][0], "the optimum must be alone"
    inertia, means, sizes = found[0]
    return np.array([float(m) for m in means]), float(inertia), sizes


def lloyd(values, c):
    for _ in range(100):
        codes = np.abs(values[:, None] - c).argmin(1)
        c = np.array([values[codes == m].mean() if (codes == m).any() else c[m] for m in range(len(c))])
    return c, float(((values - c[np.abs(values[:, None] - c).argmin(1)]) ** 2).sum())


def mistakes(x, k):
    """What the usual mistakes return."""
    v = np.sort(x.ravel().astype(float))
    n = len(v)
    c, inertia, sizes = exhaustive(x, k)
    runs = np.split(v, np.cumsum(sizes)[:-1])
    named = {
        "the sum of the absolute distances was minimised, not of their squares": absolute(v, k),
        "Lloyd's algorithm from a linear start: a local minimum (局部最优)": lloyd(v, np.linspace(v[0], v[-1], k)),
        "Lloyd's algorithm from the quantiles: a local minimum (局部最优)": lloyd(
            v, np.quantile(v, (np.arange(k) + 0.5) / k)
        ),
        "the cuts were put at the k - 1 widest gaps; the sizes of the clusters count too": split_at(
            v, np.sort(np.argsort(-np.diff(v), kind="stable")[: k - 1]) + 1
        ),
        "the clusters have equal numbers of weights": split_at(v, [round(n * m / k) for m in range(1, k)]),
        "the inertia was divided by the number of weights": (c, inertia / n),
        "the square root of the inertia": (c, inertia**0.5),
        "the inertia counts each cluster's variance, not its sum of squares": (c, sum(float(r.var()) for r in runs)),
        "the centroids are shifted: add back what was taken off": (c - v.mean(), inertia),
        "the centroids are the medians of the clusters, not their means": (
            np.array([np.median(r) for r in runs]),
            inertia,
        ),
        "the centroids are the middles of the runs, not the means": (
            np.array([(r[0] + r[-1]) / 2 for r in runs]),
            inertia,
        ),
        "the centroids are descending": (c[::-1], inertia),
        "the weights were not sorted first": unsorted(x.ravel().astype(float), k),
    }
    found = {text: dict(zip(NAMES, value, strict=True)) for text, value in named.items()}
    found["another number of clusters, k - 1 or k + 1: a fence-post error (栅栏错误)"] = {
        "centroids": exhaustive_any(x, k - 1)
    }
    return found


def exhaustive_any(x, k):
    return unsorted(np.sort(x.ravel().astype(float)), k)[0] if k else np.zeros(0)


def split_at(v, cuts):
    runs = np.split(v, cuts)
    runs = [r for r in runs if len(r)]
    return np.array([r.mean() for r in runs]), float(sum(((r - r.mean()) ** 2).sum() for r in runs))


def unsorted(v, k):
    options = (split_at(v, list(cuts)) for cuts in itertools.combinations(range(1, len(v)), k - 1))
    return min(options, key=lambda o: o[1])


def absolute(v, k):
    def cost(cuts):
        return sum(np.abs(r - np.median(r)).sum() for r in np.split(v, cuts))

    cuts = min((list(c) for c in itertools.combinations(range(1, len(v)), k - 1)), key=cost)
    return split_at(v, cuts)


def holds(exercise, x, k, tell=True):
    c, inertia, _ = exhaustive(x, k)
    known = mistakes(x, k) if tell else {}
    answer = exercise(x, k=k)
    answer.close_to((c, inertia), rtol=1e-6, atol=1e-9, names=NAMES, known=known)
    answer.part(0, "centroids").has(dtype=np.float64).close_to(c, rtol=1e-9, atol=1e-9)


def test_by_hand(exercise):
    """{0, 1, 2} and {7}: 1 + 0 + 1. The widest gap is also the best cut here."""
    x = np.array([7.0, 0.0, 2.0, 1.0])
    answer = exercise(x, k=2)
    answer.close_to((np.array([1.0, 7.0]), 2.0), rtol=1e-6, atol=1e-9, names=NAMES, known=mistakes(x, 2))


def test_the_widest_gap_is_not_the_cut(exercise):
    holds(exercise, np.array([0.0, 0.4, 1.0, 3.9, 4.5, 4.8, 5.1, 8.3]), 2)
    holds(exercise, np.array([0.1, 0.0, 0.2, 1.0, 1.1, 1.2, 1.3, 2.4]), 2)


def test_where_lloyd_is_stuck(exercise):
    """From the linear start two of the centroids stay with one outlier each, from the quantiles it is as bad."""
    holds(exercise, np.array([-9.0, -1.2, -1.0, -0.9, 0.9, 1.0, 1.1, 1.2, 6.0, 9.5]), 4)
    holds(exercise, np.array([0.0, 0.1, 0.2, 0.3, 0.5, 5.0, 5.1, 5.3, 9.6, 9.9]), 3)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_numbers_of_clusters(exercise, k):
    x = np.random.default_rng(40 + k).normal(0.2, 1.0, (2, 5)).astype(np.float32)
    holds(exercise, x, k)


@pytest.mark.parametrize("seed", range(6))
def test_other_weights(exercise, seed):
    rng = np.random.default_rng(seed)
    holds(exercise, rng.normal(0, 1, 9) ** 3 - 0.5, 3)


def test_as_many_clusters_as_weights(exercise):
    x = np.array([[3.0, -1.0], [2.0, 5.5]])
    answer = exercise(x, k=4)
    answer.close_to((np.array([-1.0, 2.0, 3.0, 5.5]), 0.0), rtol=1e-6, atol=1e-9, names=NAMES, known=mistakes(x, 4))
    holds(exercise, np.array([2.5]), 1)


def test_repeated_weights(exercise):
    holds(exercise, np.array([1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 9.0]), 2)
    holds(exercise, np.array([4.0, 1.0, 4.0, 1.0, 1.0]), 2)


@pytest.mark.parametrize("offset", [1e8, -1e8])
def test_far_from_zero(exercise, offset):
    """Integers, so the shifted values are exact: clusters {0, 1, 2}, {7, 8}, {20}."""
    x = offset + np.array([20.0, 8.0, 0.0, 2.0, 7.0, 1.0])
    answer = exercise(x, k=3)
    told = "the digits of the inertia are lost (相消误差): shift the weights before the squares are summed"
    inertia = answer.part(1, "inertia").has(shape=(), dtype="float")
    inertia.check(abs(float(inertia.value) - 2.5) < 1e-6, told)
    answer.close_to((offset + np.array([1.0, 7.5, 20.0]), 2.5), rtol=1e-9, atol=1e-9, names=NAMES)


def test_many_weights(exercise):
    """Eight heaps of ten, each c - 0.45 .. c + 0.45: the inertia of one is (10**2 - 1) / 12 * 10 * 0.1**2."""
    centres = np.array([0.0, 3.0, 5.0, 9.0, 11.5, 20.0, 23.0, 27.0])
    x = (centres[:, None] + np.linspace(-0.45, 0.45, 10)).ravel()
    x = np.random.default_rng(3).permutation(x)
    exercise(x, k=8).close_to((centres, 6.6), rtol=1e-6, atol=1e-9, names=NAMES)


def test_leaves_a_fortran_ordered_array_alone(exercise):
    holds(exercise, np.asfortranarray(np.random.default_rng(9).normal(0, 1, (3, 3)).astype(np.float32)), 3)


@pytest.mark.parametrize(("values", "k"), [([1, 2, 3], 0), ([1, 2, 3], -1), ([1, 2, 3], 4), ([1, 1, 2, 2], 3), ([], 1)])
def test_refuses(exercise, values, k):
    because = "k must be at least 1" if k < 1 else f"x has fewer than {k} different values"
    exercise.raises(ValueError, np.array(values, np.float64), k=k, because=because)
