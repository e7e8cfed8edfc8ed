"""LLM.int8(): the decomposition against its own definition, and what it gains on outliers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from minicompress.quantization import quantize_llm_int8, quantize_rtn
from minicompress.tensors import DenseTensor, OutlierTensor

Inputs = Callable[..., np.ndarray]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def by_definition(w: np.ndarray, x: np.ndarray, outlier: np.ndarray) -> np.ndarray:
    """Row-wise absmax 127 on both sides, exact integer sums, outliers in float16 weights: section 3 of the paper."""
    rest_x, rest_w = x[:, ~outlier].astype(np.float64), w[:, ~outlier].astype(np.float64)
    s_x, s_w = np.abs(rest_x).max(axis=1, keepdims=True) / 127, np.abs(rest_w).max(axis=1, keepdims=True) / 127
    integers = np.rint(rest_x / s_x) @ np.rint(rest_w / s_w).T
    return integers * s_x * s_w.T + x[:, outlier].astype(np.float64) @ w[:, outlier].astype(np.float16).T.astype(
        np.float64
    )


@pytest.mark.oracle(
    "quantize_llm_int8",
    against="the paper's two products in double precision and exact integers",
    tolerance="1e-5 of the largest output: float32 sums; the integer part is exact",
)
@pytest.mark.parametrize("seed", range(3))
def test_the_product_is_the_papers(correlated_inputs: Inputs, seed: int) -> None:
    w, x = normal(24, 40, seed=seed), correlated_inputs(60, 40, seed=seed)
    q = quantize_llm_int8(w, x)
    outlier = np.abs(x).max(axis=0) >= 6
    assert 0 < outlier.sum() < 40
    np.testing.assert_array_equal(q.outlier_columns, np.flatnonzero(outlier))
    expected = by_definition(w, x, outlier)
    np.testing.assert_allclose(q.linear(x, activation_bits=8), expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_outliers_no_longer_set_the_step(correlated_inputs: Inputs) -> None:
    w, x = normal(64, 64), correlated_inputs(400, 64, seed=1) / 4
    x[:, [5, 20]] *= 10
    seen, fresh = x[:200], x[200:]
    exact = fresh.astype(np.float64) @ w.T
    q = quantize_llm_int8(w, seen, threshold=6.0)
    assert len(q.outlier_columns) < 10
    ours, plain = (one.linear(fresh, activation_bits=8) for one in (q, quantize_rtn(w, bits=8)))
    assert np.linalg.norm(ours - exact) < 0.3 * np.linalg.norm(plain - exact)
    assert q.nbytes < 0.4 * w.nbytes


def test_weights_beyond_float16_stay_float32() -> None:
    w = np.float32([[1e6, 1.0]])
    q = quantize_llm_int8(w, [[10.0, 0.0]])
    assert isinstance(q.outliers, DenseTensor)
    assert q.outliers.data.dtype == np.float32
    assert q.to_dense()[0, 0] == 1e6


def test_structure_from_a_file_is_not_trusted() -> None:
    outliers, rest = DenseTensor(normal(3, 2)), quantize_rtn(normal(3, 4), bits=8)
    OutlierTensor(outliers, rest, np.int32([0, 5]))
    for columns, match in (
        (np.int32([0]), "must name 2 columns"),
        (np.int32([0, 6]), r"must lie in \[0, 5\]"),
        (np.int32([-1, 3]), r"must lie in \[0, 5\]"),
        (np.int32([3, 3]), "must rise"),
        (np.int64([0, 1]), "vector of int32"),
    ):
        with pytest.raises(ValueError, match=match):
            OutlierTensor(outliers, rest, columns)
    with pytest.raises(ValueError, match="as many rows"):
        OutlierTensor(DenseTensor(normal(4, 2)), rest, np.int32([0, 5]))
    with pytest.raises(ValueError, match="outliers must be a stored matrix"):
        OutlierTensor(DenseTensor(normal(3)), rest, np.int32([0, 5]))
    with pytest.raises(ValueError, match="rest must be a stored matrix"):
        OutlierTensor(outliers, normal(3, 4), np.int32([0, 5]))  # type: ignore[arg-type]


def test_prepared_bytes_of_both_parts_are_reported() -> None:
    q = quantize_llm_int8(normal(32, 64), np.where(np.arange(64) % 8, 1.0, 9.0)[None])
    before = q.nbytes
    q.prepare()
    assert q.runtime_nbytes > q.rest.runtime_nbytes > 0
    assert q.runtime_nbytes >= q.rest.runtime_nbytes + q.outliers.runtime_nbytes > q.rest.runtime_nbytes
    assert q.nbytes == before


def test_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="threshold must be"):
        quantize_llm_int8(normal(2, 3), normal(2, 3), threshold=-1)
    with pytest.raises(ValueError, match=r"x must have shape \(any, 3\)"):
        quantize_llm_int8(normal(2, 3), normal(2, 4))
