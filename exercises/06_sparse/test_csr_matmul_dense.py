"""Grader of csr_matmul_dense. Oracle: the dense matrix, added up entry by entry, and one long sum per output."""

import math
from dataclasses import replace

import numpy as np
import pytest


def dense_of(data, indices, indptr, columns):
    w = [[0.0] * columns for _ in range(len(indptr) - 1)]
    for i in range(len(w)):
        for p in range(indptr[i], indptr[i + 1]):
            w[i][indices[p]] += float(data[p])
    return w


def exact(data, indices, indptr, x, bias):
    w = dense_of(data, indices, indptr, x.shape[-1])
    rows = x.reshape(-1, x.shape[-1]).tolist()
    add = [0.0] * len(w) if bias is None else bias.tolist()
    y = [
        [math.fsum([b, *(v * u for v, u in zip(row, r, strict=True))]) for row, b in zip(w, add, strict=True)]
        for r in rows
    ]
    return np.array(y).reshape(*x.shape[:-1], len(w))


def mistakes(data, indices, indptr, x, bias):
    last = np.zeros((len(indptr) - 1, x.shape[-1]))
    for i in range(len(last)):
        for p in range(indptr[i], indptr[i + 1]):
            last[i, indices[p]] = data[p]
    shift = 0.0 if bias is None else bias.astype(np.float64)
    right = exact(data, indices, indptr, x, bias)
    found = {
        "of a column that occurs twice only the last entry counted (重复项)": x @ last.T + shift,
        "the bias was not added": exact(data, indices, indptr, x, None),
        "the output came out transposed, (out, ...): the outputs are the last axis (最后一维)": np.moveaxis(
            right, -1, 0
        ),
        "the leading axes were merged into one; give them back": right.reshape(-1, right.shape[-1]),
    }
    if x.ndim == 1:
        found["a vector must stay one: the shape is (out,)"] = right[None]
    if len(indptr) - 1 == x.shape[-1]:
        found["x W was computed, not x W^T (转置)"] = x @ np.array(dense_of(data, indices, indptr, x.shape[-1])) + shift
    return found


def holds(exercise, data, indices, indptr, x, bias=None):
    expected = exact(data, indices, indptr, x, bias)
    size = exact(np.abs(data), indices, indptr, np.abs(x), None)
    options = {} if bias is None else {"bias": bias}
    answer = exercise(data, indices, indptr, x, **options).has(dtype=np.float32)
    value = answer.value.astype(np.float64)
    if value.shape == expected.shape:
        value = np.where(np.abs(value - expected) <= 1e-6 * (size + np.abs(expected)), expected, value)
    known = mistakes(data, indices, indptr, x, bias)
    replace(answer, value=value, name="y").equals(expected, known=known)


def made(seed, lengths, columns, lead):
    rng = np.random.default_rng(seed)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    data = rng.standard_normal(indptr[-1]).astype(np.float32)
    x = rng.standard_normal((*lead, columns)).astype(np.float32)
    return data, rng.integers(0, columns, indptr[-1]), indptr, x


@pytest.mark.parametrize("lead", [(), (1,), (4,), (2, 3), (2, 1, 3)])
@pytest.mark.parametrize("with_bias", [False, True])
def test_leading_axes(exercise, lead, with_bias):
    bias = np.array([0.5, -1.0, 2.0, 0.25], np.float32) if with_bias else None
    holds(exercise, *made(1, (3, 1, 4, 2), 6, lead), bias)


def test_by_hand(exercise):
    data, indices, indptr = np.array([5, 8, -1], np.float32), np.array([0, 2, 1]), np.array([0, 2, 2, 3])
    x = np.array([[1, 2, 3], [0, 1, 0]], np.float32)
    expected = np.array([[29, 10, -2], [0, 10, -1]], np.float32)
    bias = np.array([0, 10, 0], np.float32)
    answer = exercise(data, indices, indptr, x, bias=bias)
    answer.equals(expected, dtype="exact", known=mistakes(data, indices, indptr, x, bias))


@pytest.mark.parametrize("lengths", [(0, 3, 2), (3, 0, 0, 2), (3, 2, 0), (0, 0, 4, 0), (0, 0)])
def test_empty_rows(exercise, lengths):
    bias = np.arange(1, len(lengths) + 1, dtype=np.float32)
    holds(exercise, *made(2, lengths, 5, (3,)))
    holds(exercise, *made(2, lengths, 5, (3,)), bias)


def test_as_many_outputs_as_inputs(exercise):
    holds(exercise, *made(3, (2, 3, 1, 2), 4, (4,)))


def test_a_column_twice(exercise):
    x = np.array([[10.0, 1.0]], np.float32)
    holds(exercise, np.array([1, 2, 4], np.float32), np.array([1, 1, 0]), np.array([0, 3]), x)


def test_sums_in_float64(exercise):
    """1e8 + 1 - 1e8 is 0 in float32."""
    data, indptr = np.array([1e8, 1.0, -1e8], np.float32), np.array([0, 3])
    answer = exercise(data, np.array([0, 1, 2]), indptr, np.ones(3, np.float32))
    told = {"the sum was made in float32: convert to float64 first (先升精度)": np.zeros(1)}
    answer.equals(np.ones(1, np.float32), dtype="exact", known=told)
    answer = exercise(data[:2], np.array([0, 1]), np.array([0, 2]), np.ones(3, np.float32), bias=-data[:1])
    told = {"the bias was added in float32, after the sum was rounded (只舍入一次)": np.zeros(1)}
    answer.equals(np.ones(1, np.float32), dtype="exact", known=told)


def test_products_in_float64(exercise):
    """4097 * 4097 = 16785409 is odd and above 2^24."""
    data = np.array([4097.0, -16785408.0], np.float32)
    answer = exercise(data, np.array([0, 1]), np.array([0, 2]), np.array([4097.0, 1.0], np.float32))
    told = {"a product was rounded to float32: convert to float64 first (先升精度)": np.zeros(1)}
    answer.equals(np.ones(1, np.float32), dtype="exact", known=told)


def test_no_dense_matrix(exercise):
    n = 60_000
    data, indices = np.array([2.0, 3.0, 5.0], np.float32), np.array([n - 1, 0, 7])
    indptr = np.zeros(n + 1, np.int64)
    indptr[1:], indptr[40_001:] = 1, 3
    x = np.zeros((1, n), np.float32)
    x[0, [0, 7, n - 1]] = [1.0, 10.0, 100.0]
    expected = np.zeros((1, n), np.float32)
    expected[0, [0, 40_000]] = [200.0, 53.0]
    exercise(data, indices, indptr, x).equals(expected, dtype="exact")


def test_fortran_order_and_narrow_indices(exercise):
    data, indices, indptr, x = made(4, (4, 2, 5), 7, (3, 2))
    holds(exercise, data, indices.astype(np.uint8), indptr.astype(np.int32), np.asfortranarray(x))


@pytest.mark.parametrize("index", [-1, 3, 4])
def test_refuses_an_index(exercise, index):
    arrays = np.ones(2, np.float32), np.array([0, index]), np.array([0, 1, 2])
    because = "an index must be in 0 .. in - 1 = 2: x has three inputs"
    exercise.raises(ValueError, *arrays, np.ones((4, 3), np.float32), because=because)


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 1), ()])
def test_refuses_a_bias(exercise, shape):
    arrays = np.ones(2, np.float32), np.array([0, 1]), np.array([0, 1, 2]), np.ones((4, 3), np.float32)
    because = "the bias must have the shape (out,) = (2,)"
    exercise.raises(ValueError, *arrays, bias=np.ones(shape, np.float32), because=because)
