"""CSR against scipy.sparse, and every malformed triple refused with its own message."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from minicompress.tensors import CSRMatrix


def sparse(rows: int, columns: int, density: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((rows, columns)).astype(np.float32)
    return np.where(rng.random((rows, columns)) < density, w, np.float32(0))


@pytest.mark.oracle(
    "CSRMatrix", against="scipy.sparse.csr_array", tolerance="arrays equal; products within 2 (n + 2) eps |w| |x|"
)
@given(
    rows=st.integers(1, 40),
    columns=st.integers(1, 40),
    density=st.sampled_from([0, 0.05, 0.3, 1.0]),
    seed=st.integers(0, 99),
)
def test_arrays_and_products_are_scipys(rows: int, columns: int, density: float, seed: int) -> None:
    w = sparse(rows, columns, density, seed)
    ours, theirs = CSRMatrix.from_dense(w), scipy.sparse.csr_array(w)
    np.testing.assert_array_equal(ours.data, theirs.data)
    np.testing.assert_array_equal(ours.indices, theirs.indices)
    np.testing.assert_array_equal(ours.indptr, theirs.indptr)
    assert ours.nnz == theirs.nnz
    assert ours.sparsity == pytest.approx(1 - theirs.nnz / w.size)
    np.testing.assert_array_equal(ours.to_dense(), w)
    x = np.random.default_rng(seed).standard_normal((columns, 6)).astype(np.float32)
    room = 2 * (columns + 2) * 1.2e-7 * (np.abs(w) @ np.abs(x)) + 1e-38
    assert (np.abs(ours @ x - theirs.astype(np.float64) @ x) <= room).all()
    assert (np.abs(ours.linear(x.T).T - theirs.astype(np.float64) @ x) <= room).all()


def test_an_exact_zero_under_the_mask_is_dropped() -> None:
    w = np.float32([[0, 1], [-0.0, 2]])
    made = CSRMatrix.from_dense(w, np.array([[True, False], [True, True]]))
    assert (made.data.tolist(), made.indices.tolist(), made.indptr.tolist()) == ([2.0], [1], [0, 0, 1])


def test_columns_are_16_bits_where_they_fit() -> None:
    w = np.zeros((1, 2**16), np.float32)
    w[0, -1] = 1
    narrow = CSRMatrix.from_dense(w)
    assert narrow.indices.dtype == np.uint16
    assert narrow.indices.tolist() == [65535]
    wide = CSRMatrix.from_dense(np.pad(w, ((0, 0), (1, 0))))
    assert wide.indices.dtype == np.int32
    assert wide.indices.tolist() == [65536]
    np.testing.assert_array_equal(narrow @ np.arange(2**16), [65535])
    np.testing.assert_array_equal(wide @ np.arange(2**16 + 1), [65536])


def test_bytes_by_hand() -> None:
    assert CSRMatrix.from_dense(sparse(10, 20, 1.0)).nbytes == 200 * (4 + 2) + 8 * 11


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0)])
def test_matrices_without_rows_or_columns(shape: tuple[int, int]) -> None:
    made = CSRMatrix.from_dense(np.zeros(shape, np.float32))
    assert made.to_dense().shape == shape
    np.testing.assert_array_equal(made @ np.ones((shape[1], 3)), np.zeros((shape[0], 3)))
    np.testing.assert_array_equal(made.linear(np.ones((2, shape[1]))), np.zeros((2, shape[0])))


GOOD: dict[str, Any] = {
    "data": np.float32([1, 2, 3]),
    "indices": np.uint16([0, 2, 1]),
    "indptr": np.int64([0, 2, 2, 3]),
    "columns": 3,
}


def test_the_good_triple_is_good() -> None:
    assert CSRMatrix(**GOOD).to_dense().tolist() == [[1, 0, 2], [0, 0, 0], [0, 3, 0]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"indptr": np.int64([0, 2, 1, 3])}, "indptr must not fall; it does at row 1"),
        ({"indptr": np.int64([0, 5, -2, 3])}, "indptr must not fall"),
        ({"indptr": np.int64([1, 2, 2, 3])}, "indptr must start at 0 and end at nnz = 3"),
        ({"indptr": np.int64([0, 2, 2, 4])}, "indptr must start at 0 and end at nnz = 3"),
        ({"indptr": np.int64([])}, "indptr must start at 0"),
        ({"indptr": np.int32([0, 2, 2, 3])}, "indptr must be a vector of int64"),
        ({"indptr": [0, 2, 2, 3]}, "indptr must be a vector of int64"),
        ({"indices": np.uint16([0, 3, 1])}, r"indices must lie in \[0, 2\]; got a maximum of 3"),
        ({"indices": np.int32([0, 2, -1])}, r"indices must lie in \[0, 2\]; got a minimum of -1"),
        ({"indices": np.uint16([0, 0, 1])}, "indices must rise within each row; they do not at position 1"),
        ({"indices": np.uint16([2, 0, 1])}, "indices must rise within each row; they do not at position 1"),
        ({"indices": np.int64([0, 2, 1])}, "indices must be a vector of uint16 or int32"),
        ({"indices": np.uint16([0, 2])}, r"indices must be as long as data \(3\); got 2"),
        ({"indices": np.uint16([[0, 2, 1]])}, "indices must be a vector"),
        ({"data": np.float32([1, np.nan, 3])}, "data holds a value that is not finite"),
        ({"data": np.float32([1, np.inf, 3])}, "data holds a value that is not finite"),
        ({"data": np.float64([1, 2, 3])}, "data must be a vector of float32 or float16"),
        ({"columns": -1}, "columns must be an integer from 0"),
        ({"columns": 2}, r"indices must lie in \[0, 1\]; got a maximum of 2"),
        ({"columns": 2**31}, "columns must be an integer from 0"),
    ],
)
def test_malformed_triples_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CSRMatrix(**{**GOOD, **change})


@pytest.mark.parametrize("starts", [[0, 1, 2, 3], [0, 0, 3, 3], [0, 3, 3, 3]])
def test_order_is_asked_within_rows_only(starts: list[int]) -> None:
    """Columns 2, 1, 0 fall; that is right only where each stands in a row of its own."""
    triple = {**GOOD, "indices": np.uint16([2, 1, 0]), "indptr": np.int64(starts)}
    if starts == [0, 1, 2, 3]:
        np.testing.assert_array_equal(CSRMatrix(**triple).to_dense(), [[0, 0, 1], [0, 2, 0], [3, 0, 0]])
        return
    with pytest.raises(ValueError, match="indices must rise within each row"):
        CSRMatrix(**triple)


def test_masks_are_checked() -> None:
    w = sparse(2, 3, 1.0)
    for mask in (np.ones((3, 2), bool), np.ones((2, 3)), [[True] * 3] * 2):
        with pytest.raises(ValueError, match=r"mask must be a boolean array of shape \(2, 3\)"):
            CSRMatrix.from_dense(w, mask)
    with pytest.raises(ValueError, match="w has 1 value that is not finite"):
        CSRMatrix.from_dense([[np.nan, 0.0]])
