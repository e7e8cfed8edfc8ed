"""Stored floats, codebooks, blocks and streams that a stranger has tampered with: refused, with a reason."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from minicompress import sharing
from minicompress.coding import deep_compress
from minicompress.quantization import (
    quantize_binary,
    quantize_fp8,
    quantize_gguf,
    quantize_kmeans,
    quantize_mx,
    quantize_nf4,
    quantize_nvfp4,
    quantize_power_of_two,
    quantize_rtn,
    quantize_ternary,
)
from minicompress.tensors import (
    CodebookTensor,
    CompressedTensor,
    DenseTensor,
    EntropyCodedTensor,
    MXTensor,
    RelativeSparseTensor,
)

W = np.random.default_rng(0).standard_normal((4, 64)).astype(np.float32)
F32, U8 = np.float32, np.uint8
GOOD: dict[str, CompressedTensor] = {
    "fp8": quantize_fp8(W),
    "mx": quantize_mx(W),
    "mx8": quantize_mx(W, format="e4m3"),
    "nvfp4": quantize_nvfp4(W),
    "nf4": quantize_nf4(W),
    "double": quantize_nf4(W, double_quantization=True),
    "gguf": quantize_gguf(W),
    "codebook": quantize_kmeans(W, bits=3),
    "binary": quantize_binary(W),
    "ternary": quantize_ternary(W),
    "power": quantize_power_of_two(W),
    "product": sharing.product_quantize(W, n_pieces=4, bits=2, rng=np.random.default_rng(0)),
    "relative": deep_compress(W, np.abs(W) > 1).decode(),
    "hashed": sharing.hash_weights(W, n_values=9),
}


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("fp8", {"element": "e3m4"}, "element must be one of"),
        ("fp8", {"codes": np.full((4, 64), 127, U8)}, "codes holds a NaN or an infinity"),
        ("fp8", {"codes": np.zeros((4, 64), np.int8)}, r"codes must be uint8 of shape \(any, any\)"),
        ("fp8", {"scale": F32([[np.inf]])}, "scale holds a value that is not finite"),
        ("fp8", {"scale": F32([[1e37]])}, "scale takes weights beyond float32"),
        ("fp8", {"scale": np.ones((4, 3), F32)}, "scale has 3 groups, which do not divide the 64 columns"),
        ("fp8", {"scale": np.ones((3, 1), F32)}, "scale must have 1 or 4 rows"),
        ("fp8", {"scale": np.ones((4, 1))}, "scale must be float32 or float16"),
        ("mx", {"columns": 63, "exponents": np.zeros((4, 1), U8)}, r"exponents must be uint8 of shape \(4, 2\)"),
        ("mx", {"columns": 30}, r"packed must be uint8 of shape \(any, 15\)"),
        ("mx", {"exponents": np.full((4, 2), 255, U8)}, "exponents must lie in"),
        ("mx", {"exponents": np.full((4, 2), 253, U8)}, "exponents must lie in"),
        ("mx", {"element": "e4m3"}, r"packed must be uint8 of shape \(any, 64\)"),
        ("mx8", {"packed": np.full((4, 64), 255, U8)}, "packed holds a NaN or an infinity"),
        ("nvfp4", {"block_scale": np.full((4, 4), 128, U8)}, "block_scale must lie in"),
        ("nvfp4", {"block_scale": np.full((4, 4), 127, U8)}, "block_scale must lie in"),
        ("nvfp4", {"block_scale": np.zeros((4, 3), U8)}, "block_scale must be uint8 of shape"),
        ("nvfp4", {"global_scale": F32([3e36])}, "global_scale takes weights beyond float32"),
        ("nvfp4", {"global_scale": np.ones(1)}, "global_scale must be float32"),
        ("nf4", {"rows": 5}, "packed must be uint8 of shape"),
        ("nf4", {"absmax": np.zeros(4, U8)}, "absmax must be float32"),
        ("nf4", {"offset": np.zeros(1, F32)}, "offset needs nested_scale"),
        ("double", {"offset": None}, "nested_scale needs offset"),
        ("double", {"nested_scale": np.zeros(2, F32)}, r"nested_scale must be float32 of shape \(1\)"),
        ("double", {"nested_scale": None, "offset": None}, "absmax must be float32"),
        ("gguf", {"kind": "Q3_K"}, "kind must be one of"),
        ("gguf", {"kind": "Q4_0"}, "blocks must have a multiple of 18 bytes a row"),
        ("gguf", {"blocks": np.full((1, 34), 0x7C, U8)}, "blocks holds a scale that is not finite"),  # 0x7c7c
        ("codebook", {"codebook": np.zeros((3, 8), F32)}, "codebook has 3 groups, which do not divide the 4 rows"),
        ("codebook", {"codebook": np.zeros((1, 9), F32)}, "codebook must have 1 to 8 values a group for 3 bits; got 9"),
        ("codebook", {"codebook": np.zeros((1, 2), F32)}, r"packed indices must lie in \[-inf, 1\]"),
        ("codebook", {"bits": 4}, "packed must be uint8 of shape"),
        ("binary", {"columns": 65}, "packed must be uint8 of shape"),
        ("ternary", {"packed": np.full((4, 13), 243, U8)}, r"packed must lie in \[-inf, 242\]"),
        ("power", {"top": np.full(4, 128, np.int16)}, r"top must lie in \[-2000, 127\]"),
        ("power", {"bits": 1}, "bits must be an integer from 2 to 8"),
        ("product", {"codebook": np.zeros((4, 5, 16), F32)}, "codebook must have 1 to 4 vectors a piece for 2 bits"),
        ("product", {"codebook": np.zeros((4, 1, 16), F32)}, "packed indices must lie in"),
        ("relative", {"rows": 1}, "gaps reach place"),
        ("relative", {"entries": 3}, "gaps must be uint8 of shape"),
        ("relative", {"codebook": np.zeros(1, F32)}, "packed indices must lie in"),
        ("relative", {"entries": -1}, "entries must be an integer of at least 0"),
        ("hashed", {"values": np.zeros(0, F32)}, "len"),
        ("hashed", {"seed": 2**32}, "seed must be an integer from 0"),
        ("hashed", {"columns": -3}, "columns must be an integer from 0"),
    ],
)
def test_malformed_tensors_are_refused(name: str, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(GOOD[name], **change)  # type: ignore[type-var]


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_lacks_a_field(name: str) -> None:
    good = GOOD[name]
    for missing in good.arrays():
        if missing == "nested_scale":
            continue  # its absence is another message, above
        arrays = {k: a for k, a in good.arrays().items() if k != missing}
        with pytest.raises(ValueError, match=missing):
            CompressedTensor.from_arrays(good.meta(), arrays)


def coded(coder: str) -> EntropyCodedTensor:
    return EntropyCodedTensor.encode(quantize_rtn(np.tile(W, (4, 4)), bits=4), coder=coder)


def fault(payload: np.ndarray, layout: str, shape: tuple[int, ...]) -> str | None:
    """Why these bytes are no tensor, or None if they are one, of ``shape``."""
    try:
        tensor = EntropyCodedTensor(payload, layout)
    except ValueError as error:
        return str(error)
    assert tensor.to_dense().shape == shape
    return None


@pytest.mark.parametrize("coder", ["huffman", "rans"])
def test_damaged_streams(coder: str) -> None:
    """Any byte changed, dropped or added: an error, or another tensor of the same shape; never a crash."""
    good = coded(coder)
    rng = np.random.default_rng(1)
    refused = 0
    for i in range(60):
        payload = good.payload.copy()
        if i % 3 == 0:
            payload[rng.integers(payload.size)] ^= 1 << rng.integers(8)
        elif i % 3 == 1:
            payload = payload[: rng.integers(payload.size)]
        else:
            payload = np.append(payload, U8(7))
        error = fault(payload, good.layout, good.shape)
        assert error is None or "payload does not fit layout" in error
        refused += error is not None
    assert refused >= 40


@pytest.mark.parametrize("coder", ["huffman", "rans"])
def test_damaged_layouts(coder: str) -> None:
    good = coded(coder)
    layout = json.loads(good.layout)
    first = layout["arrays"][0]
    changes: list[Any] = [
        None,
        [],
        {},
        {"arrays": 3},
        {**layout, "meta": {"format": "no such format"}},
        {**layout, "meta": None},
        {**layout, "arrays": []},
        {**layout, "arrays": [first[:-1]]},
        *(
            {**layout, "arrays": [[*first[:i], value, *first[i + 1 :]], *layout["arrays"][1:]]}
            for i, value in [
                (0, "other"),
                (1, "|O"),
                (1, "<f4"),
                (1, 3),
                (2, []),
                (2, [0, 0]),
                (2, [-1, 8]),
                (2, [10**9, 10**9] if coder == "huffman" else [3, 7]),
                (2, "ab"),
                (3, "lzma"),
                (3, "raw"),
                (3, "rans" if coder == "huffman" else "huffman"),
                (4, 0),
                (4, 3),
                (4, "4"),
                (5, 10),
                (5, -1),
                (5, None),
            ]
        ),
    ]
    for change in changes:
        with pytest.raises(ValueError, match="payload does not fit layout"):
            EntropyCodedTensor(good.payload, json.dumps(change))
    with pytest.raises(ValueError, match="payload does not fit layout"):
        EntropyCodedTensor(good.payload, good.layout[:-3])
    with pytest.raises(TypeError, match="layout must be JSON text"):
        EntropyCodedTensor(good.payload, 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="payload must be uint8"):
        EntropyCodedTensor(good.payload.astype(np.int8), good.layout)


def test_bits_after_the_last_code_are_kept() -> None:
    """A stranger's 3-bit codes may have anything in the spare bits of a row: coded as bytes, they stay."""
    good = quantize_rtn(np.tile(W[:, :50], (8, 1)), bits=3)
    packed = good.packed.copy()
    packed[:, -1] |= 0x80
    odd = dataclasses.replace(good, packed=packed)
    back = EntropyCodedTensor.encode(odd).decode()
    np.testing.assert_array_equal(back.arrays()["packed"], packed)


def test_what_would_grow_stays_raw() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (32, 32)).astype(U8)
    tensor = dataclasses.replace(quantize_fp8(np.ones((32, 32))), codes=noise & 0x77)  # no NaN
    for inner in (tensor, DenseTensor(W), DenseTensor(np.zeros((0, 4), F32))):
        coded = EntropyCodedTensor.encode(inner, coder="rans")
        assert coded.nbytes <= inner.nbytes
        np.testing.assert_array_equal(coded.to_dense(), inner.to_dense())


def test_codebooks_by_hand() -> None:
    w = CodebookTensor.from_codebook([[0, 9], [0.4, -1]], F32([[-1, 0], [0, 1]]), bits=1)
    assert w.to_dense().tolist() == [[0, 0], [0, 0]]
    assert w.codes.tolist() == [[1, 1], [0, 0]]
    with pytest.raises(ValueError, match="codebook must have rows of rising values"):
        CodebookTensor.from_codebook(W, F32([[1, 0]]), bits=1)
    with pytest.raises(ValueError, match="codebook has 3 groups"):
        CodebookTensor.from_codebook(W, np.zeros((3, 2), F32), bits=1)
    with pytest.raises(ValueError, match=r"codes must lie in \[0, 1\]"):
        CodebookTensor.from_codes([[2]], F32([[1, 0]]), bits=1)


def test_relative_indices_by_hand() -> None:
    book = F32([0, 7, -2])
    w = RelativeSparseTensor.from_codes([1, 9], [1, 2], book, (2, 6), bits=2, index_bits=2)
    assert w.entries == 3, "7 zeros between, of which a gap of 2 bits holds 3 and a filler is the fourth"
    assert w.to_dense().tolist() == [[0, 7, 0, 0, 0, 0], [0, 0, 0, -2, 0, 0]]
    with pytest.raises(ValueError, match="codebook must hold the value 0 for fillers"):
        RelativeSparseTensor.from_codes([1, 9], [0, 1], book[1:], (2, 6), bits=2, index_bits=2)
    with pytest.raises(ValueError, match="positions must rise"):
        RelativeSparseTensor.from_codes([1, 1], [0, 1], book, (2, 6), bits=2)
    with pytest.raises(ValueError, match=r"positions must lie in \[0, 11\]"):
        RelativeSparseTensor.from_codes([12], [0], book, (2, 6), bits=2)


def test_matrices_without_rows_or_columns() -> None:
    for shape in ((0, 4), (3, 0)):
        empty = MXTensor(
            np.zeros((shape[0], shape[1] // 2), U8), np.zeros((shape[0], -(-shape[1] // 32)), U8), "e2m1", shape[1]
        )
        assert empty.to_dense().shape == shape
        assert (empty @ np.ones((shape[1], 2))).shape == (shape[0], 2)
    none = RelativeSparseTensor.from_codes([], [], F32([0]), (3, 0), bits=1)
    assert none.to_dense().shape == (3, 0)
