"""The table of stored formats: builders, and an independent decoder. A format without a row fails the suite."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress.quantization import quantize_rtn
from minicompress.tensors import BitmapMatrix, CompressedTensor, COOMatrix, CSCMatrix, CSRMatrix, DenseTensor
from tests.conformance import rows_coded
from tests.conformance.builders import (
    bsr_blocks,
    csr_float16,
    csr_int32,
    in_float16,
    low_rank_codes,
    low_rank_float16,
    low_rank_svd,
    nm_of,
    outlier_all,
    outlier_half,
    outlier_nested,
    outlier_none,
    per_tensor_codes,
    sum_nested,
    sum_of_halves,
    tucker,
    with_input_order,
)
from tests.conformance.decoders import (
    Decoded,
    decode_bitmap,
    decode_bsr,
    decode_coo,
    decode_csc,
    decode_csr,
    decode_dense,
    decode_nm,
    decode_outlier,
    decode_quantized,
    decode_tucker,
)
from tests.conformance.weights import FEW, group


@dataclasses.dataclass(frozen=True)
class FormatRow:
    builders: dict[str, Callable[[np.ndarray], CompressedTensor]]
    decode: Callable[[dict[str, np.ndarray], dict[str, Any]], Decoded]
    #: Weights for the builders after the first: all, or a few where the variants share their code.
    few: tuple[str, ...] | None = None


def nested(arrays: dict[str, np.ndarray], meta: dict[str, Any], name: str) -> Decoded:
    inner = {key.removeprefix(f"{name}."): a for key, a in arrays.items() if key.startswith(f"{name}.")}
    return FORMATS_UNDER_TEST[meta[name]["format"]].decode(inner, meta[name])


def decode_low_rank(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    left, right = nested(arrays, meta, "left"), nested(arrays, meta, "right")
    dense = sum(np.outer(a, b) for a, b in zip(left.dense.T, right.dense, strict=True))
    return Decoded(dense, left.magnitude @ right.magnitude, np.ones(dense.shape[1]))


def decode_sum(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    first, second = nested(arrays, meta, "first"), nested(arrays, meta, "second")
    return Decoded(first.dense + second.dense, first.magnitude + second.magnitude, np.ones(first.dense.shape[1]))


FORMATS_UNDER_TEST: dict[str, FormatRow] = {
    "low_rank": FormatRow(
        {"svd": low_rank_svd, "float16": low_rank_float16, "quantized factors": low_rank_codes},
        decode_low_rank,
    ),
    "sum": FormatRow({"dense and csr": sum_of_halves, "quantized and low rank": sum_nested}, decode_sum),
    "tucker": FormatRow({"float32": tucker, "float16": lambda w: tucker(w, np.float16)}, decode_tucker),
    "dense": FormatRow(
        {
            "float32": lambda w: DenseTensor(w.astype(np.float32)),
            "float64": lambda w: DenseTensor(w.astype(np.float64)),
            "float16": lambda w: DenseTensor(np.clip(w, -6e4, 6e4).astype(np.float16)),
            "as it lies": lambda w: DenseTensor(w),
        },
        decode_dense,
    ),
    "quantized": FormatRow(
        {
            "8 bits a row": lambda w: quantize_rtn(w, bits=8),
            "4 bits, groups": lambda w: quantize_rtn(w, bits=4, group_size=group(w.shape[1], 4)),
            "3 bits, zero points": lambda w: quantize_rtn(w, bits=3, group_size=group(w.shape[1], 8), symmetric=False),
            "2 bits, float16 scales": lambda w: quantize_rtn(
                np.clip(w, -1e4, 1e4), bits=2, symmetric=False, scale_dtype=np.float16
            ),
            "1 bit": lambda w: quantize_rtn(w, bits=1, symmetric=False),
            "5 bits, per tensor": per_tensor_codes,
            "input scale and order": with_input_order,
        },
        decode_quantized,
    ),
    "outlier": FormatRow(
        {"half": outlier_half, "none": outlier_none, "all": outlier_all, "both quantized": outlier_nested},
        decode_outlier,
    ),
    "csr": FormatRow(
        {"all": CSRMatrix.from_dense, "masked, int32": csr_int32, "float16": csr_float16},
        decode_csr,
    ),
    "csc": FormatRow({"all": CSCMatrix.from_dense, "float16": in_float16(CSCMatrix.from_dense)}, decode_csc),
    "coo": FormatRow({"all": COOMatrix.from_dense, "float16": in_float16(COOMatrix.from_dense)}, decode_coo),
    "bsr": FormatRow({"blocks": bsr_blocks, "float16": in_float16(bsr_blocks)}, decode_bsr),
    "nm": FormatRow({"2:4": nm_of(2, 4), "3:8": nm_of(3, 8), "1:2, float16": in_float16(nm_of(1, 2))}, decode_nm),
    "bitmap": FormatRow(
        {"all": BitmapMatrix.from_dense, "float16": in_float16(BitmapMatrix.from_dense)}, decode_bitmap
    ),
}


def coded_rows() -> dict[str, FormatRow]:
    """The rows of ``rows_coded.py``: formats without kernels, whose decoders give W alone."""

    def row(builders: Any, decode: Any) -> FormatRow:
        def decoded(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
            dense = decode(arrays, meta)
            return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))

        return FormatRow(builders, decoded, FEW)

    def of_inner(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
        inner, inner_meta = rows_coded.inner_of_entropy(arrays, meta)
        return FORMATS_UNDER_TEST[inner_meta["format"]].decode(inner, inner_meta)

    rows = {name: row(*parts) for name, parts in rows_coded.ROWS.items()}
    return rows | {"entropy": FormatRow(rows_coded.ROWS["entropy"][0], of_inner, FEW[-4:-1])}


FORMATS_UNDER_TEST |= coded_rows()
