"""Grader of pareto_front. Oracle: every pair compared in Python numbers, by the definition."""

import numpy as np
import pytest


def dominates(a, b, larger):
    better = [x > y if up else x < y for x, y, up in zip(a, b, larger, strict=True)]
    worse = [x < y if up else x > y for x, y, up in zip(a, b, larger, strict=True)]
    return any(better) and not any(worse)


def front(points, larger, beats=dominates):
    rows = points.tolist()
    return np.array([i for i, b in enumerate(rows) if not any(beats(a, b, larger) for a in rows)], np.int64)


def mistakes(points, larger):
    right = front(points, larger)
    rows = points.tolist()

    def strictly(a, b, larger):
        return all(x > y if up else x < y for x, y, up in zip(a, b, larger, strict=True))

    def first_of_equals():
        return np.array([i for i in right if rows.index(rows[i]) == i], np.int64)

    def no_equals():
        return np.array([i for i in right if rows.count(rows[i]) == 1], np.int64)

    def best_in_one():
        best = [(max if up else min)(r[j] for r in rows) for j, up in enumerate(larger)]
        return np.array([i for i, r in enumerate(rows) if any(v == b for v, b in zip(r, best, strict=True))], np.int64)

    mask = np.isin(np.arange(len(points)), right)
    by_first = np.array(sorted(right.tolist(), key=lambda i: rows[i]), np.int64)
    return {
        "a mask; the indices are asked for": mask,
        "the rows of the points; their indices are asked for": points[right],
        "every measurement was taken as smaller is better": front(points, [False] * len(larger)),
        "every measurement was taken as larger is better": front(points, [True] * len(larger)),
        "larger_is_better was read the other way round": front(points, [not up for up in larger]),
        "the indices of the dominated models; those that no model dominates are asked for": np.flatnonzero(~mask),
        "a model was thought dominated only where another is strictly better in everything (处处严格更好)": front(
            points, larger, strictly
        ),
        "of equal models (完全相同) only the first was kept: they do not dominate each other": first_of_equals,
        "equal models (完全相同) dominated each other away: one measurement must be strictly better": no_equals,
        "the models that are best in one measurement; a compromise between two is on the front too": best_in_one,
        "the indices are in order of the first measurement, not ascending": by_first,
        "the order is descending": right[::-1],
    }


def holds(exercise, points, larger):
    answer = exercise(points, larger)
    answer.equals(front(points, larger), dtype="exact", known=mistakes(points, larger))


def test_by_hand(exercise):
    """Bytes and accuracy: the second is dominated by the third, the fifth equals the fourth."""
    points = np.array([[9.0, 0.9], [5.0, 0.7], [4.0, 0.8], [1.0, 0.5], [1.0, 0.5], [1.0, 0.4]])
    answer = exercise(points, [False, True])
    answer.equals(np.array([0, 2, 3, 4]), dtype="exact", known=mistakes(points, [False, True]))


@pytest.mark.parametrize("larger", [[False, True], [True, False], [True, True], [False, False]])
def test_two_measurements(exercise, larger):
    rng = np.random.default_rng(1)
    holds(exercise, rng.normal(0, 1, (40, 2)), larger)
    holds(exercise, rng.integers(0, 6, (40, 2)), larger)  # many ties


@pytest.mark.parametrize("larger", [[False, False, True], [True, False, True]])
def test_three_measurements(exercise, larger):
    rng = np.random.default_rng(2)
    holds(exercise, rng.normal(0, 1, (30, 3)), larger)
    holds(exercise, rng.integers(0, 4, (30, 3)), larger)
    holds(exercise, rng.integers(0, 2, (9, 3)), larger)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int64, np.float32, np.float16])
def test_dtypes(exercise, dtype):
    low = 0 if np.dtype(dtype).kind == "u" else -128
    points = np.random.default_rng(3).choice([low, 0, 1, 100, 127], (12, 2)).astype(dtype)
    points[0] = low
    for larger in ([False, True], [True, True], [False, False]):
        holds(exercise, np.asfortranarray(points), larger)


def test_large_integers(exercise):
    """Beyond 2**53, where float64 would make neighbours equal."""
    points = np.array([[2**60, 1], [2**60 + 1, 1], [2**60 + 2, 2]])
    holds(exercise, points, [False, True])
    holds(exercise, points, [True, False])


def test_one_measurement(exercise):
    holds(exercise, np.array([[3.0], [1.0], [2.0], [1.0]]), [False])
    holds(exercise, np.array([[3.0], [1.0], [3.0], [1.0]]), [True])


def test_all_equal(exercise):
    holds(exercise, np.ones((4, 3)), [False, True, True])


def test_infinities(exercise):
    points = np.array([[np.inf, 2.0], [1.0, np.inf], [np.inf, np.inf], [-np.inf, -np.inf], [1.0, 1.0]])
    for larger in ([False, True], [True, False], [True, True]):
        holds(exercise, points, larger)


@pytest.mark.parametrize("n", [0, 1])
def test_few(exercise, n):
    holds(exercise, np.ones((n, 2)), [True, False])


def test_refuses_nan(exercise):
    exercise.raises(ValueError, np.array([[1.0, 2.0], [0.5, np.nan]]), [True, False], because="points holds a NaN")


@pytest.mark.parametrize("shape", [(4,), (2, 2, 2), (3, 0)])
def test_refuses_shapes(exercise, shape):
    larger = [True] * (0 if shape == (3, 0) else 2)
    exercise.raises(ValueError, np.ones(shape), larger, because="points must be (n, d) with a column")


@pytest.mark.parametrize("larger", [[True], [True, False, True], []])
def test_refuses_directions(exercise, larger):
    exercise.raises(ValueError, np.ones((3, 2)), larger, because="larger_is_better needs 2 items")
