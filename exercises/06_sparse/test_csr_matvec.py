"""Grader of csr_matvec. Oracle: rational numbers, row by row; the tolerance is that of the row's own terms."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest


def terms(data, indices, indptr, x):
    """The exact products of each row."""
    products = [Fraction(float(v)) * Fraction(float(x[j])) for v, j in zip(data, indices.tolist(), strict=True)]
    return [products[a:b] for a, b in zip(indptr[:-1].tolist(), indptr[1:].tolist(), strict=True)]


def mistakes(data, indices, indptr, x):
    """What the usual mistakes return."""
    d, x = data.astype(np.float64), x.astype(np.float64)
    products = d * x[indices]
    m = len(indptr) - 1
    starts = indptr[:-1].astype(int)
    padded = np.append(products, 0.0)
    running = np.concatenate([[0.0], np.cumsum(products)])
    row_of = np.repeat(np.arange(m), np.diff(indptr))
    lost = np.zeros(m)
    lost[row_of] += products
    filled = np.diff(indptr) > 0
    return {
        "np.add.reduceat gives a row without entries (空行) the first product of the next row": np.add.reduceat(
            padded, starts
        ),
        "the sums of the rows that have entries were written one after the other: empty rows (空行) take their place": (
            np.concatenate([np.add.reduceat(padded, starts[filled]), np.zeros(m - filled.sum())])
        ),
        "y[rows] += products keeps the last product of a row only; use np.add.at or bincount": lost,
        "a running sum over all rows was subtracted: the digits of small rows are gone (大数吃小数)": running[
            indptr[1:]
        ]
        - running[indptr[:-1]],
        "data was multiplied by x in the order of the entries, not by x[indices]": np.bincount(
            row_of, weights=d * np.resize(x, len(d)), minlength=m
        ),
        "the values alone were added up: x was not used": np.bincount(row_of, weights=d, minlength=m),
        "the last entry of each row was left out": np.array(
            [products[a : max(a, b - 1)].sum() for a, b in zip(indptr[:-1].tolist(), indptr[1:].tolist(), strict=True)]
        ),
    }


def holds(exercise, data, indices, indptr, x):
    rows = terms(data, indices, indptr, x)
    expected = np.array([float(sum(r, Fraction(0))) for r in rows])
    allowed = np.array([1e-12 * float(sum(map(abs, r), Fraction(0))) for r in rows])
    answer = exercise(data, indices, indptr, x).has(dtype=np.float64)
    answer.check(answer.value.shape == (len(rows),), f"y must have one value for each of the {len(rows)} rows")
    near = np.abs(answer.value - expected) <= allowed
    coarse = np.abs(answer.value - expected) <= 1e6 * allowed
    told = "Looks like float32 in the product or in the sum: convert to float64 first (先升精度)"
    answer.check(bool(data.dtype != np.float32 or near.all() or not coarse.all()), told)
    snapped = np.where(near, expected, answer.value)  # the tolerance differs from row to row
    replace(answer, value=snapped).equals(expected, known=mistakes(data, indices, indptr, x))


def made(seed, lengths, n, dtype=np.float32):
    rng = np.random.default_rng(seed)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    data = rng.standard_normal(indptr[-1]).astype(dtype)
    return data, rng.integers(0, n, indptr[-1]), indptr, rng.standard_normal(n).astype(dtype)


def test_by_hand(exercise):
    """[[5, 0, 8], [0, 0, 0], [0, -1, 0]] times [1, 2, 3]."""
    data, indices = np.array([5.0, 8.0, -1.0], np.float32), np.array([0, 2, 1])
    holds(exercise, data, indices, np.array([0, 2, 2, 3]), np.array([1.0, 2.0, 3.0], np.float32))


@pytest.mark.parametrize("lengths", [(3, 1, 4), (1,), (2, 2), (1, 1, 1, 1), (7, 2, 9, 1, 5)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_with_entries(exercise, lengths, dtype):
    holds(exercise, *made(1, lengths, 6, dtype))


@pytest.mark.parametrize("lengths", [(0, 3, 2), (3, 0, 2), (3, 2, 0), (0, 0, 2, 0, 0, 3, 0, 0), (0, 4), (4, 0)])
def test_empty_rows(exercise, lengths):
    holds(exercise, *made(2, lengths, 5))


def test_no_entries_at_all(exercise):
    nothing = np.zeros(0, np.float32), np.zeros(0, np.int64), np.zeros(4, np.int64)
    exercise(*nothing, np.ones(3, np.float32)).equals(np.zeros(3))
    exercise(*nothing, np.zeros(0, np.float32)).equals(np.zeros(3))


def test_a_column_twice(exercise):
    data, indices = np.array([1.0, 2.0, 4.0]), np.array([1, 1, 0])
    holds(exercise, data, indices, np.array([0, 3]), np.array([10.0, 1.0]))


def test_a_small_row_after_a_large_one(exercise):
    data = np.array([1e12, 3e12, 0.1, 0.7, -1e15, 2e-3])
    holds(exercise, data, np.array([0, 1, 2, 0, 1, 2]), np.array([0, 2, 4, 5, 6]), np.array([0.3, 0.7, 0.9]))


def test_float32_is_multiplied_in_float64(exercise):
    data, x = np.array([16777217.0, 1.1, 1.3], np.float32), np.array([1.7, 1.9, 1e-3], np.float32)
    holds(exercise, data, np.array([0, 1, 2]), np.array([0, 2, 3]), x)


def test_narrow_indices(exercise):
    data, indices, indptr, x = made(3, (3, 0, 2), 200)
    holds(exercise, data, indices.astype(np.uint8), indptr.astype(np.int32), x)


def test_first_and_last_column(exercise):
    data, indices = np.array([2.0, 3.0]), np.array([3, 0])
    holds(exercise, data, indices, np.array([0, 1, 2]), np.array([5.0, 1.0, 1.0, 7.0]))


@pytest.mark.parametrize("index", [-1, 3])
def test_refuses_indices(exercise, index):
    arrays = np.ones(2), np.array([0, index]), np.array([0, 1, 2]), np.ones(3)
    exercise.raises(ValueError, *arrays, because="an index must be in 0 .. n - 1 = 2")


@pytest.mark.parametrize("sizes", [(3, 2, 2), (2, 3, 2), (2, 2, 3), (2, 2, 1), (1, 2, 2)])
def test_refuses_lengths(exercise, sizes):
    arrays = np.ones(sizes[0]), np.zeros(sizes[1], np.int64), np.array([0, 1, sizes[2]]), np.ones(3)
    exercise.raises(ValueError, *arrays, because="indptr must end at nnz = len(data) = len(indices)")
