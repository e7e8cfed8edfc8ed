"""Builders of each stored format from any weight: the common variants, and the awkward ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress.lowrank import svd_factorize
from minicompress.pruning import nm_mask
from minicompress.quantization import quantize_llm_int8, quantize_rtn
from minicompress.tensors import (
    BSRMatrix,
    CompressedTensor,
    CSRMatrix,
    DenseTensor,
    LowRankMatrix,
    NMSparseMatrix,
    OutlierTensor,
    QuantizedTensor,
    SumMatrix,
    TuckerMatrix,
)
from tests.conformance.weights import group


def outlier_half(w: np.ndarray) -> CompressedTensor:
    x = np.ones((1, w.shape[1]), np.float32)
    x[0, ::2] = 9
    return quantize_llm_int8(w, x)


def outlier_none(w: np.ndarray) -> CompressedTensor:
    return quantize_llm_int8(w, np.zeros((1, w.shape[1])))


def outlier_all(w: np.ndarray) -> CompressedTensor:
    return quantize_llm_int8(w, np.full((1, w.shape[1]), -6.0))


def outlier_nested(w: np.ndarray) -> CompressedTensor:
    """Both parts quantized, the rest with an input scale and order of its own."""
    cut = w.shape[1] // 3
    if cut == 0:
        return outlier_half(w)
    rest = with_input_order(w[:, cut:])
    return OutlierTensor(quantize_rtn(w[:, :cut], bits=5), rest, np.arange(cut, dtype=np.int32))


def per_tensor_codes(w: np.ndarray) -> CompressedTensor:
    codes = np.random.default_rng(3).integers(0, 32, w.shape).astype(np.uint8)
    step = np.float32([[max(float(np.abs(w.astype(np.float64)).max()), 1e-30) / 16]])
    return QuantizedTensor.from_codes(codes, step, np.uint8([[11]]), bits=5)


def with_input_order(w: np.ndarray) -> CompressedTensor:
    rng = np.random.default_rng(4)
    rows, columns = w.shape
    codes = rng.integers(0, 16, (rows, columns)).astype(np.uint8)
    groups = columns // (group(columns, 4) or columns)
    scale = rng.uniform(0.1, 2, (rows, groups)).astype(np.float32)
    return QuantizedTensor.from_codes(
        codes,
        scale,
        rng.integers(0, 16, (rows, groups)).astype(np.uint8),
        bits=4,
        input_scale=rng.uniform(0.5, 2, columns).astype(np.float32),
        input_permutation=rng.permutation(columns).astype(np.int32),
    )


def csr_int32(w: np.ndarray) -> CompressedTensor:
    made = CSRMatrix.from_dense(w, np.asarray(w) > 0)
    return CSRMatrix(made.data, made.indices.astype(np.int32), made.indptr, made.columns)


def csr_float16(w: np.ndarray) -> CompressedTensor:
    made = CSRMatrix.from_dense(w)
    scaled = made.data / max(1.0, float(np.abs(made.data).max(initial=0)))
    return CSRMatrix(scaled.astype(np.float16), made.indices, made.indptr, made.columns)


def exact_codes(rows: int, columns: int, seed: int) -> CompressedTensor:
    """A quantized matrix whose step is a power of two: its products are exact, so that sums of them may cancel."""
    codes = np.random.default_rng(seed).integers(0, 8, (rows, columns)).astype(np.uint8)
    return QuantizedTensor.from_codes(codes, np.float32([[0.125]]), np.uint8([[3]]), bits=3)


def low_rank_svd(w: np.ndarray) -> CompressedTensor:
    return svd_factorize(w, rank=max(1, min(w.shape) // 2), allow_growth=True)


def low_rank_float16(w: np.ndarray) -> CompressedTensor:
    made = low_rank_svd(np.clip(w, -1e4, 1e4))
    return LowRankMatrix(made.left.to_dense().astype(np.float16), made.right.to_dense().astype(np.float16))


def low_rank_codes(w: np.ndarray) -> CompressedTensor:
    return LowRankMatrix(exact_codes(w.shape[0], 3, 1), exact_codes(3, w.shape[1], 2))


def sum_of_halves(w: np.ndarray) -> CompressedTensor:
    return SumMatrix(DenseTensor((w / 2).astype(np.float32)), CSRMatrix.from_dense(w, np.asarray(w) > 0))


def sum_nested(w: np.ndarray) -> CompressedTensor:
    return SumMatrix(exact_codes(*w.shape, 3), low_rank_codes(w))


def tucker(w: np.ndarray, dtype: type[np.floating[Any]] = np.float32) -> CompressedTensor:
    rng, kernel = np.random.default_rng(6), 2 if w.shape[1] % 2 == 0 else 1
    channels, size = w.shape[1] // kernel, min(1e3, float(np.abs(w.astype(np.float64)).max()))
    r_out, r_in = min(3, w.shape[0]), min(2, channels)
    core = (size * rng.standard_normal((r_out, r_in, kernel))).astype(dtype)
    left, right = rng.standard_normal((w.shape[0], r_out)), rng.standard_normal((channels, r_in))
    return TuckerMatrix(core, left.astype(dtype), right.astype(dtype))


def bsr_blocks(w: np.ndarray) -> CompressedTensor:
    """The largest blocks of up to 3 x 4 that tile, every third of them dropped."""
    block = max(d for d in (1, 2, 3) if w.shape[0] % d == 0), max(d for d in (1, 2, 4) if w.shape[1] % d == 0)
    grid = (w.shape[0] // block[0], w.shape[1] // block[1])
    keep = np.arange(grid[0] * grid[1]).reshape(grid) % 3 > 0
    return BSRMatrix.from_dense(w, np.repeat(np.repeat(keep, block[0], 0), block[1], 1), block=block)


def nm_of(n: int, m: int) -> Callable[[np.ndarray], CompressedTensor]:
    """N:M where M divides the columns, else all of groups that are as long as a row."""

    def build(w: np.ndarray) -> CompressedTensor:
        if w.shape[1] % m:
            wide = np.pad(w, ((0, 0), (0, 1))) if w.shape[1] == 1 else w
            return NMSparseMatrix.from_dense(wide, n=wide.shape[1], m=wide.shape[1])
        return NMSparseMatrix.from_dense(w, nm_mask(w, n=n, m=m), n=n, m=m)

    return build


def in_float16(build: Callable[[np.ndarray], CompressedTensor]) -> Callable[[np.ndarray], CompressedTensor]:
    def halved(w: np.ndarray) -> CompressedTensor:
        made: Any = build(w)
        scaled = made.data / max(1.0, float(np.abs(made.data).max(initial=0)))
        return dataclasses.replace(made, data=scaled.astype(np.float16))

    return halved
