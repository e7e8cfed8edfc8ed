"""Grader of csr_transpose. Oracle: for every column, a walk over all entries in order."""

import numpy as np
import pytest

NAMES = ("data_t", "indices_t", "indptr_t")


def exact(data, indices, indptr, columns):
    """One list for each column, filled in the order of the entries."""
    lists: list[list[int]] = [[] for _ in range(columns)]
    for p, j in enumerate(indices.tolist()):
        lists[j].append(p)
    order = [p for entries in lists for p in entries]
    starts = [sum(len(entries) for entries in lists[:j]) for j in range(columns + 1)]
    rows = [sum(int(end) <= p for end in indptr[1:]) for p in order]
    return data[np.array(order, int)], np.array(rows, np.int64), np.array(starts, np.int64)


def mistakes(data, indices, indptr, columns):
    data_t, rows, starts = exact(data, indices, indptr, columns)
    row_of = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    down = np.lexsort((-np.arange(len(data)), indices))
    heap = np.argsort(indices, kind="heapsort")
    return {
        "the sort was not stable (不稳定): the default kind of np.argsort may exchange equal columns": {
            "data_t": data[heap]
        },
        "the entries of a column come in reverse order": {"data_t": data[down]},
        "indptr_t was used as the place to write to and moved on (被改动): each start is now the next one": {
            "data_t": data_t,
            "indptr_t": np.append(starts[1:], starts[-1:]),
        },
        "indices_t holds the columns; the transpose needs the old rows": {"indices_t": np.sort(indices)},
        "the rows were not moved along with the values": {"data_t": data_t, "indices_t": row_of},
        "indptr_t holds counts, not a running sum (前缀和)": {"indptr_t": np.diff(starts)},
        "the columns at the end that hold nothing (空列) are missing from indptr_t": {
            "data_t": data_t,
            "indptr_t": starts[: max(indices.tolist(), default=-1) + 2],
        },
        "nothing was transposed": {"data_t": data, "indices_t": indices, "indptr_t": indptr},
    }


def holds(exercise, data, indices, indptr, columns):
    answer = exercise(data, indices, indptr, columns=columns)
    expected = exact(data, indices, indptr, columns)
    answer.equals(expected, dtype="exact", names=NAMES, known=mistakes(data, indices, indptr, columns))


def made(seed, lengths, columns, dtype=np.float32):
    """Unsorted columns, some of them twice in a row."""
    rng = np.random.default_rng(seed)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    return np.arange(1, indptr[-1] + 1).astype(dtype), rng.integers(0, columns, indptr[-1]), indptr, columns


def test_by_hand(exercise):
    """[[5, 0, 8], [0, 0, 0], [7, -1, 0]]"""
    arrays = np.array([5, 8, 7, -1], np.float32), np.array([0, 2, 0, 1]), np.array([0, 2, 2, 4])
    expected = (
        np.array([5, 7, -1, 8], np.float32),
        np.array([0, 2, 2, 0], np.int64),
        np.array([0, 2, 3, 4], np.int64),
    )
    answer = exercise(*arrays, columns=3)
    answer.equals(expected, dtype="exact", names=NAMES, known=mistakes(*arrays, 3))


@pytest.mark.parametrize("lengths", [(3, 1, 4), (2, 5), (6,), (1, 1, 1, 1), (4, 3, 2, 1)])
@pytest.mark.parametrize("columns", [1, 2, 5, 9])
def test_unsorted_columns(exercise, lengths, columns):
    holds(exercise, *made(1, lengths, columns))


@pytest.mark.parametrize("lengths", [(0, 3, 2), (3, 0, 0, 2), (3, 2, 0), (0, 0, 4, 0)])
def test_empty_rows_and_columns(exercise, lengths):
    holds(exercise, *made(2, lengths, 12))


def test_many_entries_in_one_column(exercise):
    """More than sorts do by insertion, which would be stable by chance."""
    holds(exercise, *made(3, (40, 60, 50), 2))


def test_a_last_column_without_entries(exercise):
    holds(exercise, np.array([1.0, 2.0]), np.array([1, 0]), np.array([0, 1, 2]), 5)


def test_nothing(exercise):
    none = np.zeros(0, np.float32), np.zeros(0, np.int64)
    rows = np.zeros(0, np.int64)
    for indptr, columns in [(np.zeros(4, np.int64), 3), (np.zeros(1, np.int64), 2), (np.zeros(3, np.int64), 0)]:
        expected = none[0], rows, np.zeros(columns + 1, np.int64)
        exercise(*none, indptr, columns=columns).equals(expected, dtype="exact", names=NAMES)


@pytest.mark.parametrize("narrow", [np.uint8, np.uint16, np.uint64, np.int32])
def test_other_dtypes(exercise, narrow):
    data, indices, indptr, columns = made(4, (5, 2, 6), 256, np.float16)
    indices[[0, 7]] = 255  # 255 + 1 is 0 in uint8
    holds(exercise, data, indices.astype(narrow), indptr.astype(np.int32), columns)


def test_float64(exercise):
    holds(exercise, *made(5, (2, 2), 3, np.float64))
