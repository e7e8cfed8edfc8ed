"""COO, CSC, BSR and bitmap against scipy.sparse; conversions and transposes; every malformed structure refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from minicompress.pruning import block_mask
from minicompress.tensors import (
    BitmapMatrix,
    BSRMatrix,
    COOMatrix,
    CSCMatrix,
    CSRMatrix,
    NMSparseMatrix,
    sparse_product,
    transpose,
)


def sparse(rows: int, columns: int, density: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((rows, columns)).astype(np.float32)
    return np.where(rng.random((rows, columns)) < density, w, np.float32(0))


def room(w: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Bound of a float32 sum in any order: 2 (n + 2) eps sum |terms|."""
    return 2 * (w.shape[1] + 2) * 1.2e-7 * (np.abs(w.astype(np.float64)) @ np.abs(x)) + 1e-38


SIDES = st.integers(1, 24)
DENSITIES = st.sampled_from([0, 0.05, 0.3, 1.0])
FLOATS = "arrays equal; products 2 (n + 2) eps sum |terms|, the bound of a float32 sum in any order"


@pytest.mark.oracle("COOMatrix", against="scipy.sparse.coo_array", tolerance=FLOATS)
@pytest.mark.oracle("CSCMatrix", against="scipy.sparse.csc_array", tolerance=FLOATS)
@pytest.mark.oracle("BitmapMatrix", against="numpy.packbits and scipy.sparse.csr_array", tolerance=FLOATS)
@given(rows=SIDES, columns=SIDES, density=DENSITIES, seed=st.integers(0, 99))
def test_arrays_and_products_are_scipys(rows: int, columns: int, density: float, seed: int) -> None:
    w = sparse(rows, columns, density, seed)
    x = np.random.default_rng(seed).standard_normal((columns, 6)).astype(np.float32)
    coo, csc, bitmap = COOMatrix.from_dense(w), CSCMatrix.from_dense(w), BitmapMatrix.from_dense(w)
    theirs = scipy.sparse.coo_array(w)
    np.testing.assert_array_equal(coo.row_indices, theirs.coords[0])
    np.testing.assert_array_equal(coo.column_indices, theirs.coords[1])
    np.testing.assert_array_equal(coo.data, theirs.data)
    by_columns = scipy.sparse.csc_array(w)
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(csc, name), getattr(by_columns, name))
    np.testing.assert_array_equal(bitmap.bitmap, np.packbits(w != 0, axis=1, bitorder="little"))
    np.testing.assert_array_equal(bitmap.data, scipy.sparse.csr_array(w).data)
    for ours in (coo, csc, bitmap):
        np.testing.assert_array_equal(ours.to_dense(), w)
        assert ours.nnz == theirs.nnz
        assert ours.sparsity == pytest.approx(1 - theirs.nnz / w.size)
        assert (np.abs(ours @ x - theirs.astype(np.float64) @ x) <= room(w, x)).all()
        assert (np.abs(ours @ x[:, 0] - theirs.astype(np.float64) @ x[:, 0]) <= room(w, x[:, :1])[:, 0]).all()


@pytest.mark.oracle("BSRMatrix", against="scipy.sparse.bsr_array", tolerance=FLOATS)
@given(
    grid=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    block=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    density=DENSITIES,
    seed=st.integers(0, 99),
)
def test_blocks_are_scipys(grid: tuple[int, int], block: tuple[int, int], density: float, seed: int) -> None:
    w = sparse(grid[0] * block[0], grid[1] * block[1], density, seed)
    ours, theirs = BSRMatrix.from_dense(w, block=block), scipy.sparse.csr_array(w).tobsr(blocksize=block)
    theirs.sort_indices()
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    assert ours.block == block
    np.testing.assert_array_equal(ours.to_dense(), w)
    x = np.random.default_rng(seed).standard_normal((w.shape[1], 5)).astype(np.float32)
    assert (np.abs(ours @ x - theirs.astype(np.float64) @ x) <= room(w, x)).all()
    np.testing.assert_array_equal(ours.to_csr().to_dense(), w)


FORMATS: dict[str, Callable[[np.ndarray], Any]] = {
    "csr": CSRMatrix.from_dense,
    "csc": CSCMatrix.from_dense,
    "coo": COOMatrix.from_dense,
    "bitmap": BitmapMatrix.from_dense,
    "bsr": lambda w: BSRMatrix.from_dense(w, block=(2, 3)),
}


@pytest.mark.oracle("transpose", against="scipy.sparse transpose, and numpy's", tolerance="equal: values only move")
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("density", [0.0, 0.2, 1.0])
def test_transposes(name: str, density: float) -> None:
    w = sparse(8, 12, density)
    made = FORMATS[name](w)
    turned = transpose(made)
    assert type(turned) is type(made)
    np.testing.assert_array_equal(turned.to_dense(), w.T)
    np.testing.assert_array_equal(transpose(turned).to_dense(), w)
    if name in ("csr", "csc"):
        theirs = scipy.sparse.csr_array(w).T.tocsr() if name == "csr" else scipy.sparse.csc_array(w).T.tocsc()
        for field in ("data", "indices", "indptr"):
            np.testing.assert_array_equal(getattr(turned, field), getattr(theirs, field))
    if name == "bsr":
        assert turned.block == (3, 2)


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", [CSRMatrix, CSCMatrix, COOMatrix, BitmapMatrix])
def test_conversions_lose_nothing(source: str, target: Any) -> None:
    w = sparse(8, 12, 0.3)
    made = FORMATS[source](w)
    csr = made.to_csr()
    for field, value in CSRMatrix.from_dense(w).arrays().items():
        np.testing.assert_array_equal(csr.arrays()[field], value)
        assert csr.arrays()[field].dtype == value.dtype
    np.testing.assert_array_equal(target.from_csr(csr).to_dense(), w)
    halved = CSRMatrix(csr.data.astype(np.float16), csr.indices, csr.indptr, csr.columns)
    again = target.from_csr(halved)
    assert again.data.dtype == np.float16
    assert again.to_csr().data.dtype == np.float16
    np.testing.assert_array_equal(again.to_dense(), halved.to_dense())


@pytest.mark.parametrize("shape", [(0, 6), (6, 0), (0, 0)])
@pytest.mark.parametrize("name", FORMATS)
def test_matrices_without_rows_or_columns(name: str, shape: tuple[int, int]) -> None:
    made = FORMATS[name](np.zeros(shape, np.float32))
    assert made.shape == shape
    assert made.to_dense().shape == shape
    assert made.to_csr().shape == shape
    assert transpose(made).shape == shape[::-1]
    np.testing.assert_array_equal(made @ np.ones((shape[1], 3)), np.zeros((shape[0], 3)))


@pytest.mark.oracle(
    "COOMatrix", against="scipy.sparse.coo_array.sum_duplicates", tolerance="1e-6: scipy adds up in float32"
)
@given(n=st.integers(0, 30), seed=st.integers(0, 99))
def test_entries_in_any_order_add_up(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    i, j, v = rng.integers(0, 3, n), rng.integers(0, 4, n), rng.standard_normal(n).astype(np.float32)
    theirs = scipy.sparse.coo_array((v, (i, j)), shape=(3, 4))
    theirs.sum_duplicates()
    ours = COOMatrix.from_entries(v, i, j, shape=(3, 4))
    np.testing.assert_allclose(ours.to_dense(), theirs.toarray(), atol=1e-6)
    assert ours.nnz == theirs.nnz


def test_entries_are_checked() -> None:
    with pytest.raises(ValueError, match=r"row_indices must lie in \[0, 1\]"):
        COOMatrix.from_entries([1.0], [2], [0], shape=(2, 2))
    with pytest.raises(ValueError, match=r"column_indices must be as long as data \(1\); got 2"):
        COOMatrix.from_entries([1.0], [0], [0, 1], shape=(2, 2))
    with pytest.raises(ValueError, match="data, duplicates added up, has"):
        COOMatrix.from_entries([3e38, 3e38], [0, 0], [0, 0], shape=(2, 2))
    assert COOMatrix.from_entries([], [], [], shape=(0, 0)).shape == (0, 0)


def test_bytes_by_hand() -> None:
    w = sparse(8, 12, 1.0)
    assert COOMatrix.from_dense(w).nbytes == 96 * (4 + 2 + 2)
    assert CSCMatrix.from_dense(w).nbytes == 96 * (4 + 2) + 8 * 13
    assert BitmapMatrix.from_dense(w).nbytes == 96 * 4 + 8 * 2
    assert BSRMatrix.from_dense(w, block=(2, 4)).nbytes == 96 * 4 + 12 * 2 + 8 * 5


def test_a_block_mask_ends_in_its_blocks() -> None:
    w = np.random.default_rng(0).standard_normal((8, 12)).astype(np.float32)
    mask = block_mask(w, block=(2, 3), sparsity=0.75)
    made = BSRMatrix.from_dense(w, mask, block=(2, 3))
    assert made.data.shape == (4, 2, 3)
    np.testing.assert_array_equal(made.to_dense(), w * mask)


@pytest.mark.oracle(
    "sparse_product", against="scipy.sparse csr @ csr", tolerance="structure equal; values the bound of a float32 sum"
)
@given(m=SIDES, n=SIDES, k=SIDES, densities=st.tuples(DENSITIES, DENSITIES), seed=st.integers(0, 99))
def test_sparse_times_sparse(m: int, n: int, k: int, densities: tuple[float, float], seed: int) -> None:
    a, b = sparse(m, n, densities[0], seed), sparse(n, k, densities[1], seed + 1)
    ours = sparse_product(CSRMatrix.from_dense(a), CSRMatrix.from_dense(b))
    theirs = scipy.sparse.csr_array(a) @ scipy.sparse.csr_array(b)
    theirs.sort_indices()
    np.testing.assert_array_equal(ours.indptr, theirs.indptr)
    np.testing.assert_array_equal(ours.indices, theirs.indices)
    exact = a.astype(np.float64) @ b
    assert (np.abs(ours.to_dense() - exact) <= 1.2e-7 * np.abs(exact) + 1e-12 * (np.abs(a) @ np.abs(b)) + 1e-45).all()


def test_sparse_products_are_checked() -> None:
    a, b = CSRMatrix.from_dense(np.eye(2, 3)), CSRMatrix.from_dense(np.eye(2, 3))
    with pytest.raises(ValueError, match=r"got shapes \(2, 3\) and \(2, 3\)"):
        sparse_product(a, b)
    with pytest.raises(TypeError, match="b must be a CSRMatrix"):
        sparse_product(a, np.eye(3))  # type: ignore[arg-type]
    big = CSRMatrix.from_dense(np.full((1, 1), 1e30))
    with pytest.raises(ValueError, match="beyond the range of float32"):
        sparse_product(big, big)
    # A sum that cancels stays an entry, as in scipy.
    made = sparse_product(CSRMatrix.from_dense([[1.0, 1.0]]), CSRMatrix.from_dense([[1.0], [-1.0]]))
    assert (made.nnz, made.data.tolist()) == (1, [0.0])


GOOD: dict[str, Any] = {
    "csc": CSCMatrix(np.float32([1, 2, 3]), np.uint16([0, 2, 1]), np.int64([0, 2, 2, 3]), 3),
    "coo": COOMatrix(np.float32([1, 2, 3]), np.uint16([0, 1, 1]), np.uint16([2, 0, 1]), 2, 3),
    "bsr": BSRMatrix(np.ones((2, 1, 2), np.float32), np.uint16([0, 1]), np.int64([0, 2, 2]), 4),
    "bitmap": BitmapMatrix(np.float32([1, 2]), np.uint8([[5], [0]]), 3),
    "nm": NMSparseMatrix(np.float32([[1, 2]]), np.uint8([[0b1101]]), 2, 4, 4),
}


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("csc", {"indptr": np.int64([0, 2, 1, 3])}, "indptr must not fall; it does at column 1"),
        ("csc", {"indptr": np.int64([0, 2, 2, 4])}, "indptr must start at 0 and end at nnz = 3"),
        ("csc", {"indices": np.uint16([0, 3, 1])}, r"indices must lie in \[0, 2\]"),
        ("csc", {"indices": np.uint16([2, 0, 1])}, "indices must rise within each column"),
        ("csc", {"indices": np.uint16([0, 2])}, "indices must be as long as data"),
        ("csc", {"data": np.float32([1, 2, np.nan])}, "data holds a value that is not finite"),
        ("csc", {"rows": -1}, "rows must be an integer from 0"),
        ("coo", {"row_indices": np.uint16([0, 2, 2])}, r"row_indices must lie in \[0, 1\]"),
        ("coo", {"column_indices": np.int32([2, -1, 1])}, r"column_indices must lie in \[0, 2\]"),
        ("coo", {"column_indices": np.uint16([2, 0, 0])}, "entry 2 is not"),
        ("coo", {"row_indices": np.uint16([1, 0, 1])}, "entry 1 is not"),
        ("coo", {"row_indices": np.uint16([0, 1])}, "row_indices must be as long as data"),
        ("coo", {"row_indices": np.int64([0, 1, 1])}, "row_indices must be a vector of uint16 or int32"),
        ("coo", {"data": np.float64([1, 2, 3])}, "data must be a vector of float32 or float16"),
        ("bsr", {"columns": 3}, "columns must be a multiple of the block's"),
        ("bsr", {"columns": 2}, r"indices must lie in \[0, 0\]"),
        ("bsr", {"indices": np.uint16([1, 1])}, "indices must rise within each block row"),
        ("bsr", {"indptr": np.int64([0, 1])}, "indptr must start at 0 and end at nnz = 2"),
        ("bsr", {"data": np.ones((2, 2), np.float32)}, "data must be an array of 3 dimensions"),
        ("bsr", {"data": np.ones((2, 0, 2), np.float32)}, "columns must be a multiple of the block's"),
        ("bitmap", {"bitmap": np.uint8([[5], [1]])}, r"as data holds \(2\); it marks 3"),
        ("bitmap", {"bitmap": np.uint8([[9], [0]])}, "bitmap must be 0 beyond column 2"),
        ("bitmap", {"bitmap": np.uint8([[5, 0], [0, 0]])}, "bitmap must have 1 bytes a row; got 2"),
        ("bitmap", {"bitmap": np.uint8([5, 0])}, "bitmap must be a matrix of uint8"),
        ("bitmap", {"data": np.float32([1, np.inf])}, "data holds a value that is not finite"),
        ("nm", {"packed": np.uint8([[0b0101]])}, "places must be below m = 4 and rise"),
        ("nm", {"packed": np.uint8([[0b0111]])}, "places must be below m = 4 and rise"),
        ("nm", {"packed": np.uint8([[0b1101, 0]])}, r"packed must have shape \(1, 1\)"),
        ("nm", {"m": 3, "columns": 3, "packed": np.uint8([[0b1100]])}, "places must be below m = 3"),
        ("nm", {"columns": 6}, "columns must be a multiple of m = 4"),
        ("nm", {"columns": 8}, "data must have 4 columns, 2 of each 4 in 8; got 2"),
        ("nm", {"n": 5}, "n must be an integer from 1 to 4"),
        ("nm", {"m": 257, "columns": 257}, "m must be an integer from 2 to 256"),
        ("nm", {"data": np.float32([[1, np.nan]])}, "data holds a value that is not finite"),
    ],
)
def test_malformed_structures_are_refused(name: str, change: dict[str, Any], message: str) -> None:
    good = GOOD[name]
    meta, arrays = good.meta(), good.arrays()
    for key, value in change.items():
        (arrays if isinstance(value, np.ndarray) else meta)[key] = value
    with pytest.raises(ValueError, match=message):
        type(good).from_arrays(meta, arrays)


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
def test_random_bytes_never_make_a_broken_matrix(name: str, data: st.DataObject) -> None:
    """One entry of one stored array changed: refused, or a matrix whose product is its dense form's."""
    good = GOOD[name]
    arrays = {key: a.copy() for key, a in good.arrays().items()}
    victim = arrays[data.draw(st.sampled_from(sorted(arrays)))]
    at = data.draw(st.integers(0, victim.size - 1))
    victim.reshape(-1)[at] = (
        data.draw(st.integers(-5, 9)) if victim.dtype.kind in "fi" else data.draw(st.integers(0, 255))
    )
    try:
        made = type(good).from_arrays(good.meta(), arrays)
    except ValueError:
        return
    x = np.arange(1, made.shape[1] + 1, dtype=np.float32)
    np.testing.assert_allclose(made @ x, made.to_dense() @ x, rtol=1e-6)
    np.testing.assert_array_equal(made.to_csr().to_dense(), made.to_dense())


def test_other_formats_have_no_transpose() -> None:
    with pytest.raises(TypeError, match="matrix must be a CSR, CSC, COO, BSR or bitmap matrix"):
        transpose(GOOD["nm"])
    with pytest.raises(ValueError, match=r"block \(3, 2\) must divide the shape \(2, 4\)"):
        BSRMatrix.from_dense(np.eye(2, 4), block=(3, 2))
