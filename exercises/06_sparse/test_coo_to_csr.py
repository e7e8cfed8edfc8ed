"""Grader of coo_to_csr. Oracle: a dict from places to rational sums; one case frozen from SciPy."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("data", "indices", "indptr")


def exact(rows, cols, values, shape):
    places: dict[tuple[int, int], Fraction] = {}
    for i, j, v in zip(rows.tolist(), cols.tolist(), values.tolist(), strict=True):
        places[i, j] = places.get((i, j), Fraction(0)) + Fraction(v)
    order = sorted(places)
    data = np.array([float(places[p]) for p in order], np.float64).astype(values.dtype)
    starts = [sum(p[0] < i for p in order) for i in range(shape[0] + 1)] if shape[0] < 1000 else None
    return data, np.array([p[1] for p in order], np.int64), np.array(starts if starts else [], np.int64)


def mistakes(rows, cols, values, shape):
    data, indices, indptr = exact(rows, cols, values, shape)
    order = np.lexsort((cols, rows))
    by_row = np.argsort(rows, kind="stable")
    last = {(int(i), int(j)): float(v) for i, j, v in zip(rows, cols, values, strict=True)}
    filled = np.flatnonzero(np.diff(indptr))
    kept = data != 0
    total = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    return {
        "duplicates (重复项) were not added: they are stored one by one": {
            "data": values[order],
            "indices": cols[order],
        },
        "of duplicates (重复项) only the last one was kept": {"data": np.array([last[p] for p in sorted(last)])},
        "the columns do not rise within a row (行内未排序)": {"data": values[by_row], "indices": cols[by_row]},
        "indptr counts the entries before duplicates were added": {"data": data, "indices": indices, "indptr": total},
        "indptr holds the number of entries of each row, not a running sum (前缀和)": {"indptr": np.diff(indptr)},
        "indptr skips the rows without entries (空行)": {"indptr": np.append(indptr[filled], len(data))},
        "the 0 at the beginning of indptr is missing": {"indptr": indptr[1:]},
        "entries of value 0 (显式零) were removed": {"data": data[kept], "indices": indices[kept]},
        "rows and columns were exchanged: this is the transpose (转置)": dict(
            zip(NAMES, exact(cols, rows, values, shape[::-1]), strict=True)
        ),
    }


def holds(exercise, rows, cols, values, shape):
    rows, cols = np.asarray(rows, np.int64), np.asarray(cols, np.int64)
    answer = exercise(rows, cols, values, shape=shape)
    expected = exact(rows, cols, values, shape)
    answer.equals(expected, dtype="exact", names=NAMES, known=mistakes(rows, cols, values, shape))


def test_agrees_with_scipy(exercise):
    """scipy.sparse.coo_array((values, (rows, cols)), shape=(4, 3)).tocsr(), SciPy 1.17.1."""
    rows, cols = np.array([2, 0, 2, 0, 2]), np.array([1, 2, 0, 0, 1])
    values = np.array([1.0, 2.0, 3.0, 4.0, 0.5], np.float32)
    expected = (
        np.array([4.0, 2.0, 3.0, 1.5], np.float32),
        np.array([0, 2, 0, 1], np.int64),
        np.array([0, 2, 2, 4, 4], np.int64),
    )
    known = mistakes(rows, cols, values, (4, 3))
    exercise(rows, cols, values, shape=(4, 3)).equals(expected, dtype="exact", names=NAMES, known=known)


@pytest.mark.parametrize("shape", [(5, 7), (7, 5), (1, 9), (9, 1), (30, 4)])
@pytest.mark.parametrize("count", [3, 40])
def test_random_entries(exercise, shape, count):
    rng = np.random.default_rng(count)
    values = (rng.integers(-20, 21, count) / 4).astype(np.float32)
    holds(exercise, rng.integers(0, shape[0], count), rng.integers(0, shape[1], count), values, shape)


def test_distinct_entries(exercise):
    places = np.random.default_rng(1).permutation(30)[:12]
    holds(exercise, places // 6, places % 6, np.arange(1.0, 13.0), (5, 6))


def test_empty_rows_everywhere(exercise):
    holds(exercise, [5, 2, 5], [0, 3, 1], np.array([1.0, 2.0, 3.0]), (8, 4))


def test_no_entries(exercise):
    empty = np.zeros(0, np.int64)
    exercise(empty, empty, np.zeros(0, np.float32), shape=(3, 2)).equals(
        (np.zeros(0, np.float32), empty, np.zeros(4, np.int64)), dtype="exact", names=NAMES
    )


def test_zeros_stay(exercise):
    holds(exercise, [1, 0, 1, 0], [1, 0, 1, 2], np.array([2.5, 0.0, -2.5, 1.0], np.float32), (2, 3))


def test_adds_in_float64(exercise):
    """1e8 + 1 - 1e8 in float32 is 0."""
    values = np.array([1e8, 1.0, 3.0, -1e8], np.float32)
    rows, cols = np.array([0, 0, 1, 0]), np.array([1, 1, 0, 1])
    known = {"duplicates were added in float32; add them in float64": {"data": np.array([0.0, 3.0])}}
    expected = exact(rows, cols, values, (2, 2))
    exercise(rows, cols, values, shape=(2, 2)).equals(expected, dtype="exact", names=NAMES, known=known)


def test_float64_and_narrow_indices(exercise):
    rows, cols = np.array([255, 3, 255], np.uint8), np.array([100, 100, 2], np.int16)
    values = np.array([0.1, 0.2, 0.3])
    expected = exact(rows, cols, values, (256, 120))
    known = mistakes(rows, cols, values, (256, 120))
    exercise(rows, cols, values, shape=(256, 120)).equals(expected, dtype="exact", names=NAMES, known=known)


def test_a_shape_too_large_for_a_dense_matrix(exercise):
    """Row * n + column must not wrap in int32 either."""
    m = n = 200_000
    rows = np.array([m - 1, 0, 150_000, 0, 150_000], np.int32)
    cols = np.array([n - 1, 5, 190_000, n - 1, 10], np.int32)
    starts = np.zeros(m + 1, np.int64)
    starts[1:150_001], starts[150_001:], starts[m] = 2, 4, 5
    expected = np.array([2.0, 4.0, 5.0, 3.0, 1.0]), np.array([5, n - 1, 10, 190_000, n - 1], np.int64), starts
    answer = exercise(rows, cols, np.array([1.0, 2.0, 3.0, 4.0, 5.0]), shape=(m, n))
    answer.equals(expected, dtype="exact", names=NAMES)


@pytest.mark.parametrize(("row", "col"), [(3, 0), (-1, 0), (0, 4), (0, -1)])
def test_refuses_indices(exercise, row, col):
    because = "rows must be in 0 .. m - 1 and columns in 0 .. n - 1"
    exercise.raises(ValueError, np.array([0, row]), np.array([1, col]), np.ones(2), shape=(3, 4), because=because)


@pytest.mark.parametrize("sizes", [(2, 3, 3), (3, 2, 3), (3, 3, 2), (1, 3, 3), (3, 1, 3), (3, 3, 1)])
def test_refuses_lengths(exercise, sizes):
    arrays = np.zeros(sizes[0], np.int64), np.arange(sizes[1]), np.ones(sizes[2])
    exercise.raises(ValueError, *arrays, shape=(3, 4), because="rows, cols and values must have the same length")
