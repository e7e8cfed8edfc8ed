"""Grader of speed_csr_matmul. Oracle: the dense matrix, filled entry by entry, times x in double precision."""

import numpy as np
import pytest

from minicompress.workbook import speed

TIME_LIMIT = 60  # the first call compiles


def dense(data, indices, indptr, columns):
    s = np.zeros((len(indptr) - 1, columns))
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            s[i, indices[p]] += data[p]
    return s


def problem(seed, rows, columns, k, share=0.3):
    """Entries in a random order within each row; the first and the last row are empty where there are five."""
    rng = np.random.default_rng(seed)
    kept = rng.random((rows, columns)) < share
    if rows >= 5:
        kept[[0, -1]] = False
    lists = [rng.permutation(np.flatnonzero(row)) for row in kept]
    indices = np.concatenate(lists).astype(np.int32)
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype(np.int32)
    data = rng.normal(0.2, 1.0, len(indices)).astype(np.float32)
    return data, indices, indptr, rng.normal(0.3, 1.0, (columns, k)).astype(np.float32)


def holds(exercise, data, indices, indptr, x, s=None):
    s = dense(data, indices, indptr, x.shape[0]) if s is None else s
    v = x.astype(np.float64)
    known = {
        "the columns were ignored: the p-th entry of a row met row p of x": lambda: (
            dense(data, np.concatenate([np.arange(n) % len(v) for n in np.diff(indptr)]), indptr, x.shape[0]) @ v
        ),
        "each row stops one entry early (差一错误)": lambda: (
            dense(np.where(np.isin(np.arange(len(data)), indptr[1:] - 1), 0, data), indices, indptr, x.shape[0]) @ v
        ),
        "of a column that occurs twice only the last entry counts": lambda: overwritten(data, indices, indptr, x) @ v,
        "the values were left out: every entry counts 1": lambda: (
            dense(np.ones_like(data), indices, indptr, x.shape[0]) @ v
        ),
    }
    tolerance = 1e-5 * float(np.max(np.abs(s) @ np.abs(v), initial=0.0))
    exercise(data, indices, indptr, x).close_to(s @ v, rtol=0, atol=tolerance, dtype=np.float32, known=known)


def overwritten(data, indices, indptr, x):
    s = np.zeros((len(indptr) - 1, x.shape[0]))
    s[np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)), indices] = data
    return s


def arrays(data, indices, indptr):
    return np.array(data, np.float32), np.array(indices, np.int32), np.array(indptr, np.int32)


def test_by_hand(exercise):
    x = np.array([[1, 10], [2, 20], [3, 30]], np.float32)  # S = [[0, 5, 0], [0, 0, 0], [2, 0, -1]]
    expected = np.array([[10, 100], [0, 0], [-1, -10]], np.float32)
    answer = exercise(*arrays([5, -1, 2], [1, 2, 0], [0, 1, 1, 3]), x)
    answer.close_to(expected, rtol=0, atol=1e-5, dtype=np.float32)


@pytest.mark.parametrize(("rows", "columns", "k"), [(1, 1, 1), (5, 3, 2), (4, 9, 1), (7, 6, 5), (6, 40, 33)])
def test_shapes(exercise, rows, columns, k):
    holds(exercise, *problem(rows, rows, columns, k))


def test_a_column_that_occurs_twice(exercise):
    holds(exercise, *arrays([1, 2, 4, 8], [1, 1, 0, 1], [0, 3, 4]), np.array([[1, 3], [5, 7]], np.float32))


@pytest.mark.parametrize(("rows", "k"), [(0, 3), (3, 0), (3, 2)])
def test_nothing_stored(exercise, rows, k):
    empty = arrays([], [], [0] * (rows + 1))
    exercise(*empty, np.ones((4, k), np.float32)).equals(np.zeros((rows, k), np.float32), dtype=np.float32)


def test_the_result_is_not_what_lay_in_memory_before(exercise):
    data, indices, indptr, x = problem(50, 30, 20, 16, 0.5)
    for _ in range(2):
        holds(exercise, data, indices, indptr, x)


BAD = [
    ([1.0, 2.0], [0, 1], [1, 1, 2], "indptr must start at 0; it starts at 1"),
    ([1.0, 2.0], [0, 1], [-1, 1, 2], "indptr must start at 0; it starts at -1"),
    ([1.0, 2.0], [0, 1], [0, 2, 1, 2], "indptr must not decrease"),
    ([1.0, 2.0], [0, 1], [0, 1, 1], "indptr must end at 2, the number of entries"),
    ([1.0, 2.0], [0, 1], [0, 1, 3], "indptr must end at 2, the number of entries"),
    ([1.0, 2.0, 3.0], [0, 1], [0, 1, 2], "data and indices must have the same length"),
    ([1.0], [0, 1], [0, 1, 1], "data and indices must have the same length"),
    ([1.0, 2.0], [0, 3], [0, 1, 2], "3 is not a column of 0 .. 2"),
    ([1.0, 2.0], [-1, 0], [0, 1, 2], "-1 is not a column of 0 .. 2"),
]


@pytest.mark.parametrize(("data", "indices", "indptr", "because"), BAD)
def test_refuses(exercise, data, indices, indptr, because):
    exercise.raises(ValueError, *arrays(data, indices, indptr), np.ones((3, 2), np.float32), because=because)


def test_the_last_column_is_allowed(exercise):
    holds(exercise, *arrays([3, 2], [2, 0], [0, 1, 2]), np.arange(6, dtype=np.float32).reshape(3, 2) + 1)


def test_speed(exercise):
    size, k = (2048, 64) if speed.enabled() else (12, 4)
    rng = np.random.default_rng(51)
    w = rng.normal(size=(size, size)).astype(np.float32) * (rng.random((size, size)) < 0.1)
    rows, indices = np.nonzero(w)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=size))]).astype(np.int32)
    data, indices = w[rows, indices], indices.astype(np.int32)
    x = rng.normal(size=(size, k)).astype(np.float32)
    holds(exercise, data, indices, indptr, x, w.astype(np.float64))
    traffic = data.nbytes + indices.nbytes + indptr.nbytes + x.nbytes + 4 * size * k
    speed.measure(exercise, __file__, data, indices, indptr, x, operations=2 * len(data) * k, traffic=traffic)
