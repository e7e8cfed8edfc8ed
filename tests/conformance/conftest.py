"""What the conformance suites run over: awkward weights, every stored format, every method. Formats and methods are
discovered; one without a row in the tables here fails the suite (see ``test_registries.py``).

A row of ``FORMATS_UNDER_TEST`` names builders and an independent decoder; a row of ``METHODS_UNDER_TEST`` names option
sets and an error bound. Decoders and bounds are written here from the definition, not from the library's code.
"""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from minicompress.lowrank import svd_factorize
from minicompress.pruning import nm_mask
from minicompress.quantization import quantize_llm_int8, quantize_rtn
from minicompress.tensors import (
    BitmapMatrix,
    BSRMatrix,
    CompressedTensor,
    COOMatrix,
    CSCMatrix,
    CSRMatrix,
    DenseTensor,
    LowRankMatrix,
    NMSparseMatrix,
    OutlierTensor,
    QuantizedTensor,
    SumMatrix,
    TuckerMatrix,
)

# ---- awkward weights ---------------------------------------------------------------------------------------------


def normal(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, columns)).astype(np.float32)


def changed(w: np.ndarray, where: Any, value: float) -> np.ndarray:
    w[where] = value
    return w


#: Each is built afresh, so that no test sees what another did. Shapes cross the 16 rows of a panel on purpose.
WEIGHTS: dict[str, Callable[[], np.ndarray]] = {
    "normal": lambda: normal(20, 24),
    "zero row": lambda: changed(normal(5, 16), 2, 0.0),
    "all zero": lambda: np.zeros((3, 8), np.float32),
    "one by one": lambda: np.float32([[-0.75]]),
    "single column": lambda: normal(18, 1),
    "single row": lambda: normal(1, 40),
    "odd sizes": lambda: normal(17, 37),
    "outlier": lambda: changed(normal(6, 16), (3, 5), 1e4),
    "Fortran order": lambda: np.asfortranarray(normal(7, 12)),
    "float64": lambda: np.random.default_rng(1).standard_normal((6, 12)),
    "slice": lambda: normal(12, 40)[::2, 3:35],
    "reversed": lambda: normal(6, 12)[::-1, ::-1],
    "float16": lambda: normal(6, 12).astype(np.float16),
    "negative zeros": lambda: changed(normal(4, 8), (slice(None), slice(0, 4)), -0.0),
    "ties": lambda: np.tile(np.float32([1, -1, 1, -1]), (4, 3)),
    "tiny": lambda: normal(5, 8) * np.float32(1e-30),
    "subnormal": lambda: normal(5, 8) * np.float32(1e-41),
    "large": lambda: normal(5, 8) * np.float32(1e30),
    "read-only": lambda: locked(normal(4, 8)),
}


FEW = ("zero row", "one by one", "single column", "odd sizes", "outlier", "large", "subnormal")


def locked(w: np.ndarray) -> np.ndarray:
    w.flags.writeable = False
    return w


def group(columns: int, wanted: int) -> int | None:
    return wanted if columns % wanted == 0 else None


def fits_float16(w: np.ndarray) -> bool:
    return bool(np.abs(w.astype(np.float64)).max() < 6e4)


# ---- stored formats ----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Decoded:
    """What a format's bytes mean, worked out slowly: W, and what bounds the rounding of its products.

    ``magnitude`` bounds the terms that a kernel may add up (for codes: s (code + z), as sums of code * x and z * x
    may be taken apart); ``input_scale`` multiplies activations before they are rounded to int8.
    """

    dense: np.ndarray
    magnitude: np.ndarray
    input_scale: np.ndarray


@dataclasses.dataclass(frozen=True)
class FormatRow:
    builders: dict[str, Callable[[np.ndarray], CompressedTensor]]
    decode: Callable[[dict[str, np.ndarray], dict[str, Any]], Decoded]
    #: Weights for the builders after the first: all, or a few where the variants share their code.
    few: tuple[str, ...] | None = None


def decode_dense(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    dense = arrays["data"].astype(np.float64)
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_csr(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    starts = arrays["indptr"].tolist()
    dense = np.zeros((len(starts) - 1, meta["columns"]))
    for row, (start, stop) in enumerate(zip(starts, starts[1:], strict=False)):
        for p in range(start, stop):
            dense[row, int(arrays["indices"][p])] = float(arrays["data"][p])
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_csc(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    turned = decode_csr(arrays, {"columns": meta["rows"]}).dense
    return Decoded(turned.T, np.abs(turned.T), np.ones(len(turned)))


def decode_coo(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    dense = np.zeros((meta["rows"], meta["columns"]))
    for value, i, j in zip(*(arrays[name].tolist() for name in ("data", "row_indices", "column_indices")), strict=True):
        dense[i, j] += value
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_bsr(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    starts, (_, height, width) = arrays["indptr"].tolist(), arrays["data"].shape
    dense = np.zeros(((len(starts) - 1) * height, meta["columns"]))
    for row, (start, stop) in enumerate(zip(starts, starts[1:], strict=False)):
        for p in range(start, stop):
            top, left = row * height, int(arrays["indices"][p]) * width
            for i in range(height):
                for j in range(width):
                    dense[top + i, left + j] = float(arrays["data"][p, i, j])
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_nm(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    n, m, bits = meta["n"], meta["m"], int(np.ceil(np.log2(meta["m"])))
    dense = np.zeros((len(arrays["data"]), meta["columns"]))
    for r, values in enumerate(arrays["data"]):
        stream = int.from_bytes(arrays["packed"][r].tobytes(), "little")
        for p, value in enumerate(values):
            dense[r, p // n * m + ((stream >> (p * bits)) & (2**bits - 1))] = float(value)
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_bitmap(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    dense, values = np.zeros((len(arrays["bitmap"]), meta["columns"])), iter(arrays["data"].tolist())
    for r, row in enumerate(arrays["bitmap"]):
        for j in range(meta["columns"]):
            if row[j // 8] >> (j % 8) & 1:
                dense[r, j] = next(values)
    assert next(values, None) is None
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_quantized(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    bits, columns = meta["bits"], meta["columns"]
    rows, groups = len(arrays["packed"]), arrays["scale"].shape[1]
    order = arrays.get("input_permutation", np.arange(columns))
    factor = arrays.get("input_scale", np.ones(columns)).astype(np.float64)
    dense, magnitude = np.zeros((rows, columns)), np.zeros((rows, columns))
    for r in range(rows):
        stream = int.from_bytes(arrays["packed"][r].tobytes(), "little")
        sr = r if len(arrays["scale"]) > 1 else 0
        for c in range(columns):
            code = (stream >> (c * bits)) & (2**bits - 1)
            g = c // (columns // groups)
            s = float(arrays["scale"][sr, g])
            z = int(arrays["zero_point"][sr, g]) if "zero_point" in arrays else 2 ** (bits - 1)
            j = order[c]
            dense[r, j] = s * (code - z) * factor[j]
            magnitude[r, j] = s * (code + z) * abs(factor[j])
    return Decoded(dense, magnitude, factor)


def decode_outlier(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    def part(name: str) -> Decoded:
        inner = {key.removeprefix(f"{name}."): a for key, a in arrays.items() if key.startswith(f"{name}.")}
        return (decode_dense if meta[name]["format"] == "dense" else decode_quantized)(inner, meta[name])

    outliers, rest = part("outliers"), part("rest")
    where = arrays["outlier_columns"].tolist()
    others = [j for j in range(len(where) + rest.dense.shape[1]) if j not in where]
    shape = (len(rest.dense), len(where) + len(others))
    dense, magnitude, factor = np.zeros(shape), np.zeros(shape), np.ones(shape[1])
    for columns, decoded in ((where, outliers), (others, rest)):
        dense[:, columns], magnitude[:, columns] = decoded.dense, decoded.magnitude
        factor[columns] = decoded.input_scale
    return Decoded(dense, magnitude, factor)


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


def decode_tucker(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    core, left, right = (arrays[name].astype(np.float64) for name in ("core", "left", "right"))
    dense, magnitude = np.zeros((2, len(left), len(right), core.shape[2]))
    for a in range(core.shape[0]):
        for b in range(core.shape[1]):
            term = np.multiply.outer(np.outer(left[:, a], right[:, b]), core[a, b])
            dense, magnitude = dense + term, magnitude + np.abs(term)
    shape = (len(left), len(right) * core.shape[2])
    return Decoded(dense.reshape(shape), magnitude.reshape(shape), np.ones(shape[1]))


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
    spec = importlib.util.spec_from_file_location("rows_coded", Path(__file__).with_name("rows_coded.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def row(builders: Any, decode: Any) -> FormatRow:
        def decoded(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
            dense = decode(arrays, meta)
            return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))

        return FormatRow(builders, decoded, FEW)

    def of_inner(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
        inner, inner_meta = module.inner_of_entropy(arrays, meta)
        return FORMATS_UNDER_TEST[inner_meta["format"]].decode(inner, inner_meta)

    rows = {name: row(*parts) for name, parts in module.ROWS.items()}
    return rows | {"entropy": FormatRow(module.ROWS["entropy"][0], of_inner, FEW[-4:-1])}


FORMATS_UNDER_TEST |= coded_rows()


@dataclasses.dataclass(frozen=True)
class Case:
    """One stored tensor to test: build it with ``make()``."""

    format: str
    make: Callable[[], CompressedTensor]

    def decoded(self, tensor: CompressedTensor) -> Decoded:
        return FORMATS_UNDER_TEST[self.format].decode(tensor.arrays(), tensor.meta())


def format_cases() -> Iterable[Any]:
    for name, row in FORMATS_UNDER_TEST.items():
        for i, (variant, build) in enumerate(row.builders.items()):
            for weight, make in WEIGHTS.items():
                if i and row.few is not None and weight not in row.few:
                    continue
                yield pytest.param(
                    Case(name, lambda build=build, make=make: build(make())), id=f"{name}, {variant}, {weight}"
                )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", list(format_cases()))
    if "weight" in metafunc.fixturenames:
        metafunc.parametrize("weight", [pytest.param(make, id=name) for name, make in WEIGHTS.items()])


@pytest.fixture(scope="session")
def formats_under_test() -> dict[str, FormatRow]:
    return FORMATS_UNDER_TEST
