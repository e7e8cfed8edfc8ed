"""Grader of find_the_fault_csr. Oracle: lists of (column, value) for each row, with Python integers."""

import numpy as np
import pytest

NAMES = ("data", "indices", "indptr")


def exact(data, indices, indptr, keep):
    new, values, columns, starts = {}, [], [], [0]
    for j, stays in enumerate(keep.tolist()):
        if stays:
            new[j] = len(new)
    for a, b in zip(indptr[:-1].tolist(), indptr[1:].tolist(), strict=True):
        row = [(new[j], v) for j, v in zip(indices[a:b].tolist(), data[a:b].tolist(), strict=True) if j in new]
        columns += [j for j, _ in row]
        values += [v for _, v in row]
        starts.append(len(values))
    return np.array(values, np.float32), np.array(columns, np.int64), np.array(starts, np.int64)


def mistakes(data, indices, indptr, keep):
    values, columns, starts = exact(data, indices, indptr, keep)
    kept = keep[indices]
    running = np.cumsum(kept)
    found = {
        "the entries are right but their columns were not numbered again": {"data": values, "indices": indices[kept]},
        "indptr was not recounted: it still belongs to the larger matrix": {"data": values, "indptr": indptr},
        "the empty rows (空行) were taken out of indptr": {
            "data": values,
            "indptr": np.append(starts[:-1][np.diff(indptr) > 0], starts[-1:]),
        },
        "indptr holds the entries of each row, not a running sum (前缀和)": {"data": values, "indptr": np.diff(starts)},
        "the rows at the end that hold nothing any more are missing from indptr": {
            "data": values,
            "indptr": starts[: int(np.searchsorted(starts, starts[-1])) + 1],
        },
    }
    if len(indices):
        old = running[indptr[1:] - 1]
        one = old.copy()
        if indptr[1] == 0:
            one[0] = 0
        found |= {
            "the fault is still there: which entry does position -1 read (下标 -1)?": {"indptr": np.append(0, old)},
            "only the first row was mended; several rows at the beginning may be empty (开头多个空行)": {
                "indptr": np.append(0, one)
            },
            "position -1 became position 0: the count before the first entry is 0, not that of the first entry": {
                "indptr": np.append(0, running[np.maximum(indptr[1:] - 1, 0)])
            },
            "one entry too far: the count at p includes entry p": {
                "indptr": np.append(0, running[np.minimum(indptr[1:], len(kept) - 1)])
            },
        }
    return found


def holds(exercise, data, indices, indptr, keep):
    expected = exact(data, indices, indptr, keep)
    known = mistakes(data, indices, indptr, keep)
    exercise(data, indices, indptr, keep).equals(expected, dtype="exact", names=NAMES, known=known)


def made(seed, lengths, columns, share=0.6):
    rng = np.random.default_rng(seed)
    indices = np.concatenate([np.sort(rng.permutation(columns)[:n]) for n in lengths]).astype(np.int64)
    data = np.arange(1, len(indices) + 1, dtype=np.float32)
    return data, indices, np.concatenate([[0], np.cumsum(lengths)]), rng.random(columns) < share


@pytest.mark.parametrize("lengths", [(0, 3, 2), (0, 0, 4, 1), (0, 0, 0, 1), (0, 5), (0, 2, 0, 0, 3, 0)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_empty_rows_at_the_beginning(exercise, lengths, seed):
    holds(exercise, *made(seed, lengths, 6))


@pytest.mark.parametrize("first", [True, False])
def test_by_hand(exercise, first):
    """Rows: nothing; nothing; 5 at 0 and 8 at 2; -1 at 1."""
    data, indices, indptr = np.array([5, 8, -1], np.float32), np.array([0, 2, 1]), np.array([0, 0, 0, 2, 3])
    holds(exercise, data, indices, indptr, np.array([first, True, True]))
    holds(exercise, data, indices, indptr, np.array([True, first, True]))


@pytest.mark.parametrize("lengths", [(3, 1, 4), (2, 0, 3), (4, 0, 0, 1), (3, 2, 0), (1,), (2, 0, 0)])
def test_what_worked_before(exercise, lengths):
    holds(exercise, *made(4, lengths, 7))


def test_no_entries(exercise):
    nothing = np.zeros(0, np.float32), np.zeros(0, np.int64)
    for rows in (0, 1, 3):
        indptr = np.zeros(rows + 1, np.int64)
        answer = exercise(*nothing, indptr, np.array([True, False]))
        answer.equals((*nothing, indptr), dtype="exact", names=NAMES)


def test_all_or_no_columns(exercise):
    data, indices, indptr, _ = made(5, (0, 3, 1), 5)
    holds(exercise, data, indices, indptr, np.ones(5, bool))
    holds(exercise, data, indices, indptr, np.zeros(5, bool))


@pytest.mark.parametrize("columns", [0, 2, 3])
def test_refuses_an_index(exercise, columns):
    arrays = np.ones(2, np.float32), np.array([0, 3]), np.array([0, 1, 2]), np.ones(columns, bool)
    exercise.raises(ValueError, *arrays, because=f"an index must be below len(keep) = {columns}")
