"""N:M sparsity: the packed form of torch's sparse tensor cores, groups with fewer values, and bytes by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.pruning import nm_mask
from minicompress.tensors import NMSparseMatrix


@pytest.mark.oracle(
    "NMSparseMatrix",
    against="torch.sparse._semi_structured_conversions, its metadata put back in order",
    tolerance="equal: float16 values and index bits",
)
def test_values_and_places_are_torchs() -> None:
    torch = pytest.importorskip("torch")
    conversions = pytest.importorskip("torch.sparse._semi_structured_conversions")
    w = np.random.default_rng(0).standard_normal((64, 128)).astype(np.float16)
    w[nm_mask(w, n=2, m=4) == 0] = 0
    values, reordered = conversions.sparse_semi_structured_from_dense_cutlass(torch.tensor(w))
    rows, words = reordered.shape
    offsets = conversions._calculate_meta_reordering_scatter_offsets(rows, words, reordered.dtype, "cpu")
    words_in_order = reordered.reshape(-1)[offsets].reshape(rows, words).numpy()
    ours = NMSparseMatrix.from_dense(w, n=2, m=4)
    np.testing.assert_array_equal(ours.data, values.numpy())
    np.testing.assert_array_equal(ours.packed, words_in_order.astype("<i2").view(np.uint8))


@given(
    rows=st.integers(1, 5),
    groups=st.integers(1, 6),
    nm=st.sampled_from([(2, 4), (1, 2), (1, 4), (4, 8), (3, 5), (2, 16), (7, 7)]),
    zeros=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_round_trip(rows: int, groups: int, nm: tuple[int, int], zeros: float, seed: int) -> None:
    rng, (n, m) = np.random.default_rng(seed), nm
    w = rng.standard_normal((rows, groups * m)).astype(np.float32)
    w = np.where(nm_mask(w, n=n, m=m) & (rng.random(w.shape) >= zeros), w, np.float32(0))  # some groups are not full
    made = NMSparseMatrix.from_dense(w, n=n, m=m)
    np.testing.assert_array_equal(made.to_dense(), w)
    np.testing.assert_array_equal(made.to_csr().to_dense(), w)
    assert made.nnz == rows * groups * n
    assert (np.diff(made.places.astype(int), axis=2) > 0).all()
    bits = int(np.ceil(np.log2(m)))
    assert made.nbytes == rows * (4 * groups * n + -(-groups * n * bits // 8))
    x = rng.standard_normal((w.shape[1], 3)).astype(np.float32)
    np.testing.assert_allclose(made @ x, w.astype(np.float64) @ x, rtol=1e-5, atol=1e-5)


def test_float16_at_2_4_is_nine_sixteenths() -> None:
    w = np.random.default_rng(0).standard_normal((32, 64)).astype(np.float32)
    made = NMSparseMatrix.from_dense(w, nm_mask(w, n=2, m=4), n=2, m=4)
    half = NMSparseMatrix(made.data.astype(np.float16), made.packed, 2, 4, 64)
    assert half.bits_per_weight == 9
    assert half.nbytes * 16 == 9 * 2 * w.size


def test_a_group_with_too_many_is_named() -> None:
    w = np.zeros((3, 8), np.float32)
    w[1, 4:7] = 1
    with pytest.raises(
        ValueError, match="row 1 has 3 entries in columns 4 to 7; 2:4 holds 2: prune with nm_mask first"
    ):
        NMSparseMatrix.from_dense(w, n=2, m=4)
    with pytest.raises(ValueError, match="m = 3 must divide in_features = 8"):
        NMSparseMatrix.from_dense(w, n=2, m=3)


@pytest.mark.parametrize("shape", [(0, 8), (4, 0), (0, 0)])
def test_matrices_without_rows_or_columns(shape: tuple[int, int]) -> None:
    made = NMSparseMatrix.from_dense(np.zeros(shape, np.float32), n=2, m=4)
    assert made.to_dense().shape == shape
    np.testing.assert_array_equal(made @ np.ones((shape[1], 2)), np.zeros((shape[0], 2)))
