"""A few bytes of a stranger's file must not ask for all of the memory: claims of shape have a limit."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from minicompress.tensors import (
    BSRMatrix,
    CompressedTensor,
    COOMatrix,
    CSCMatrix,
    CSRMatrix,
    EntropyCodedTensor,
    HashedTensor,
    QuantizedTensor,
    RelativeSparseTensor,
)

MANY = 2**31 - 1


CLAIMS: dict[str, Callable[[], CompressedTensor]] = {
    "hashed": lambda: HashedTensor(np.float32([1, 2]), MANY, MANY, 0),
    "csr": lambda: CSRMatrix(np.float32([1]), np.int32([5]), np.int64([0, 1, 1]), MANY),
    "csc": lambda: CSCMatrix(np.float32([1]), np.int32([5]), np.int64([0, 1, 1]), MANY),
    "coo": lambda: COOMatrix(np.float32([1]), np.int32([5]), np.int32([5]), MANY, MANY),
    "relative": lambda: RelativeSparseTensor.from_codes(
        np.array([1, 5]), np.array([0, 1]), np.float32([3, -4, 0]), (MANY, MANY), bits=2
    ),
    "bsr": lambda: BSRMatrix(np.ones((1, 1, 1), np.float32), np.int32([5]), np.int64([0, 1, 1]), MANY),
}


@pytest.mark.parametrize("make", CLAIMS.values(), ids=CLAIMS)
def test_a_small_tensor_does_not_unfold_to_a_huge_matrix(make: Callable[[], CompressedTensor]) -> None:
    make()  # compiles what a first call compiles
    tracemalloc.start()
    try:
        tensor = make()
        with pytest.raises(ValueError, match=r"would take \d+ bytes; \d+ stored bytes may claim 268435456 at most"):
            tensor.to_dense()
        assert tracemalloc.get_traced_memory()[1] < 2**20, "refused before it is allocated"
    finally:
        tracemalloc.stop()


def test_rows_of_a_huge_virtual_matrix_are_still_reached() -> None:
    row = HashedTensor(np.float32([1, 2]), MANY, 5, 0).take_rows([MANY - 1])
    assert row.shape == (1, 5)
    assert set(np.abs(row).reshape(-1).tolist()) <= {1.0, 2.0}


@pytest.mark.parametrize("coder", ["huffman", "rans"])
def test_a_coded_array_does_not_unfold_to_a_huge_one(coder: str) -> None:
    """All symbols alike: rANS spends no bits on them, so that any count fits the stream."""
    inner = QuantizedTensor(np.full((40, 500), 0x77, np.uint8), np.ones((40, 1), np.float32), 4, 1000)
    good = EntropyCodedTensor.encode(inner, coder=coder)
    layout = json.loads(good.layout)
    assert layout["arrays"][0][3] == coder
    layout["arrays"][0][2] = [10**6, 10**6]
    with pytest.raises(ValueError, match=r"an array of shape \(1000000, 1000000\) would take 1000000000000 bytes"):
        EntropyCodedTensor(good.payload, json.dumps(layout))


def test_what_is_encoded_can_be_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A constant array that codes into less than the limit allows stays raw instead of becoming unreadable."""
    from minicompress.tensors import fields

    monkeypatch.setattr(fields, "_ALWAYS", 1000)
    monkeypatch.setattr(fields, "_TIMES", 2)
    inner = QuantizedTensor(np.full((40, 500), 0x77, np.uint8), np.ones((40, 1), np.float32), 4, 1000)
    coded = EntropyCodedTensor.encode(inner, coder="rans")
    assert json.loads(coded.layout)["arrays"][0][3] == "raw"
    np.testing.assert_array_equal(coded.to_dense(), inner.to_dense())
