"""The formats of this package beyond the shared protocol: what they nest, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress.lowrank import svd_factorize
from minicompress.quantization import quantize_rtn
from minicompress.tensors import CompressedTensor, CSRMatrix, DenseTensor, LowRankMatrix, SumMatrix, TuckerMatrix

F32 = np.float32


def test_quantized_factors_are_smaller_and_nearly_as_close(weights: Any, frobenius: Any) -> None:
    w = weights(64, 96, 0)
    made = svd_factorize(w, rank=16)
    small = LowRankMatrix(
        quantize_rtn(made.left.to_dense(), bits=8), quantize_rtn(made.right.to_dense(), bits=8, group_size=32)
    )
    assert small.nbytes < 0.4 * made.nbytes
    assert frobenius(w, small.to_dense()) < 1.05 * frobenius(w, made.to_dense())
    x = np.random.default_rng(0).standard_normal((5, 96)).astype(F32)
    np.testing.assert_allclose(small.linear(x), x @ small.to_dense().T, atol=1e-4)
    assert small.runtime_nbytes > 0, "the panels of the factors are counted"


def test_int8_inputs_reach_the_integer_kernel_of_the_right_factor(weights: Any) -> None:
    made = svd_factorize(weights(24, 32, 1), rank=5)
    right = quantize_rtn(made.right.to_dense(), bits=8)
    small = LowRankMatrix(made.left, right)
    x = np.random.default_rng(1).standard_normal((3, 32)).astype(F32)
    expected = made.left.linear(right.linear(x, activation_bits=8))
    np.testing.assert_array_equal(small.linear(x, activation_bits=8), expected)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: LowRankMatrix(np.ones((2, 2), F32), np.ones((3, 2), F32)), "left must have as many columns"),
        (lambda: LowRankMatrix(np.ones((2, 0), F32), np.ones((0, 2), F32)), "left must have as many columns"),
        (lambda: LowRankMatrix(np.ones(2, F32), np.ones((1, 2), F32)), "left must be a stored matrix"),
        (lambda: LowRankMatrix(np.ones((2, 1), F32), [[1.0]]), "right must be a stored matrix"),
        (lambda: SumMatrix(DenseTensor(np.ones((2, 2), F32)), DenseTensor(np.ones((2, 3), F32))), "the same shape"),
        (lambda: SumMatrix(DenseTensor(np.ones(2, F32)), DenseTensor(np.ones(2, F32))), "first must be a stored"),
        (lambda: SumMatrix(DenseTensor(np.ones((2, 2), F32)), np.ones((2, 2), F32)), "second must be a stored"),
        (lambda: tucker(core=np.ones((1, 1), F32)), "core must be float32 or float16 with 3 dimensions"),
        (lambda: tucker(left=np.ones((3, 2), F32)), "must begin with the columns of left"),
        (lambda: tucker(right=np.ones((3, 2), F32)), "must begin with the columns of left"),
        (lambda: tucker(left=np.ones((3, 1), np.float16)), "must have one dtype"),
        (lambda: tucker(left=np.ones((3, 1), np.float64)), "left must be float32 or float16"),
        (lambda: tucker(right=np.ones((0, 1), F32)), "right must be .* not empty"),
    ],
)
def test_parts_that_do_not_fit_are_refused(build: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        build()


def tucker(**changed: np.ndarray) -> TuckerMatrix:
    parts = {"core": np.ones((1, 1, 2), F32), "left": np.ones((3, 1), F32), "right": np.ones((4, 1), F32)}
    return TuckerMatrix(**(parts | changed))


def test_an_array_among_nested_fields_of_a_file_is_refused() -> None:
    made = SumMatrix(DenseTensor(np.ones((2, 2), F32)), CSRMatrix.from_dense(np.eye(2)))
    meta, arrays = made.meta(), made.arrays()
    with pytest.raises(ValueError, match="field second must be of type CompressedTensor"):
        CompressedTensor.from_arrays(
            {"format": "sum", "first": meta["first"]},
            {"first.data": arrays["first.data"], "second": np.ones((2, 2), F32)},
        )
    with pytest.raises(ValueError, match="stored fields do not fit"):
        CompressedTensor.from_arrays({"format": "low_rank", "left": meta["first"]}, {"left.data": arrays["first.data"]})


def test_factors_that_multiply_beyond_float32_say_infinity() -> None:
    large = LowRankMatrix(np.full((1, 1), 1e30, F32), np.full((1, 1), 1e30, F32))
    assert np.isinf(large.to_dense()).all()
