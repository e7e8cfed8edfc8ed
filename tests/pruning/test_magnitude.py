"""Magnitude masks: the exact count, the smallest first, ties in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress.pruning import magnitude_mask

SMALL_SET = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 1e-30, -1e30])  # many ties
ARRAYS = hnp.arrays(np.float32, hnp.array_shapes(max_dims=3, max_side=7), elements=SMALL_SET)


@pytest.mark.oracle("magnitude_mask", against="sorting by |w| and place in Python", tolerance="equal: boolean")
@given(w=ARRAYS, sparsity=st.floats(0, 1))
def test_drops_exactly_the_first_of_the_smallest(w: np.ndarray, sparsity: float) -> None:
    before = w.tobytes()
    keep = magnitude_mask(w, sparsity=sparsity)
    np.testing.assert_equal(w.tobytes(), before)
    assert keep.dtype == bool
    assert keep.shape == w.shape
    k = round(w.size * sparsity)  # Python rounds halves to even, as rint does
    order = sorted(range(w.size), key=lambda i: (abs(float(w.reshape(-1)[i])), i))  # by size, then by place
    np.testing.assert_equal(set(np.flatnonzero(~keep).tolist()), set(order[:k]))


def test_the_ends() -> None:
    w = np.random.default_rng(0).standard_normal((5, 7))
    assert magnitude_mask(w, sparsity=0).all()
    assert not magnitude_mask(w, sparsity=1).any()
    assert magnitude_mask(w, sparsity=1 - 1 / 35).sum() == 1
    assert magnitude_mask(np.zeros((4, 4)), sparsity=0.5).sum() == 8


@pytest.mark.oracle("magnitude_mask", against="torch.nn.utils.prune.l1_unstructured", tolerance="equal: boolean")
@pytest.mark.parametrize("sparsity", [0.1, 0.25, 0.5, 0.777, 0.9, 0.99])
def test_is_torchs_l1_unstructured_where_there_are_no_ties(sparsity: float) -> None:
    torch = pytest.importorskip("torch")
    from torch.nn.utils import prune

    w = np.random.default_rng(2).standard_normal((33, 41)).astype(np.float32)
    assert np.unique(np.abs(w)).size == w.size
    layer = torch.nn.Linear(41, 33)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(w))
    prune.l1_unstructured(layer, "weight", amount=sparsity)
    np.testing.assert_array_equal(magnitude_mask(w, sparsity=sparsity), layer.weight_mask.numpy().astype(bool))


def test_float64_is_not_narrowed() -> None:
    w = np.array([1.0, 1.0 + 1e-12, 1.0 - 1e-12])  # one value in float32
    assert magnitude_mask(w, sparsity=1 / 3).tolist() == [True, True, False]


def test_memory_order_does_not_matter() -> None:
    w = np.round(np.random.default_rng(3).standard_normal((12, 9)), 1)
    expected = magnitude_mask(w, sparsity=0.4)
    np.testing.assert_array_equal(magnitude_mask(np.asfortranarray(w), sparsity=0.4), expected)
    np.testing.assert_array_equal(magnitude_mask(w[::-1][::-1], sparsity=0.4), expected)


@pytest.mark.parametrize("sparsity", [-0.1, 1.1, np.nan, np.inf])
def test_other_shares_are_refused(sparsity: float) -> None:
    with pytest.raises(ValueError, match=r"sparsity must be a number in \[0, 1\]"):
        magnitude_mask([1.0], sparsity=sparsity)


def test_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="w is empty"):
        magnitude_mask([], sparsity=0.5)
    with pytest.raises(ValueError, match="w has 1 value that is not finite"):
        magnitude_mask([1.0, np.nan], sparsity=0.5)
    with pytest.raises(TypeError, match="sparsity must be a number"):
        magnitude_mask([1.0], sparsity="half")
    with pytest.raises(TypeError, match="sparsity must be a number"):
        magnitude_mask([1.0], sparsity=True)
