"""Rows of the table of formats for floats, codebooks, blocks and coded streams: builders and their slow decoders."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import sharing
from minicompress.coding import deep_compress
from minicompress.quantization import (
    PerAxis,
    PerGroup,
    PerTensor,
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
    GGUFTensor,
    HashedTensor,
)
from tests.conformance import slow_decoders as slow

inner_of_entropy = slow.inner_of_entropy


def group_of(w: np.ndarray, wanted: int) -> int:
    return wanted if w.shape[1] % wanted == 0 else w.shape[1]


def modest(w: np.ndarray) -> np.ndarray:
    return np.clip(w, -1e4, 1e4)


def half(tensor: Any, name: str) -> CompressedTensor:
    return dataclasses.replace(tensor, **{name: getattr(tensor, name).astype(np.float16)})


def blocks_of_32(w: np.ndarray, kind: str) -> CompressedTensor:
    columns = -(-w.shape[1] // 32) * 32
    return quantize_gguf(np.resize(modest(w), (len(w), columns)), format=kind)


def k_blocks(w: np.ndarray, kind: str) -> CompressedTensor:
    """Any bytes are a block, as long as its float16 scales are finite."""
    size = slow.GGUF[kind][1]
    blocks = np.random.default_rng(w.size).integers(0, 256, (min(3, len(w)), 2, size)).astype(np.uint8)
    for at in (208,) if kind == "Q6_K" else (0, 2):
        blocks[:, :, at : at + 2] = np.float16([[0.37], [-2e-3]]).view(np.uint8)
    return GGUFTensor(blocks.reshape(len(blocks), -1), kind)


def short_codebook(w: np.ndarray) -> CompressedTensor:
    """Three float16 values for two bits."""
    book = np.sort(modest(np.resize(w, (1, 3))), axis=1).astype(np.float16)
    return CodebookTensor.from_codebook(w, book, bits=2)


def product(w: np.ndarray, **options: Any) -> Any:
    pieces = next(n for n in (4, 3, 1) if w.shape[1] % n == 0)
    return sharing.product_quantize(w, n_pieces=pieces, rng=np.random.default_rng(1), n_iter=5, **options)


def deep(w: np.ndarray, **options: Any) -> EntropyCodedTensor:
    return deep_compress(w, np.random.default_rng(2).random(w.shape) < 0.3, **options)


def coded(tensor: CompressedTensor, coder: str) -> CompressedTensor:
    return EntropyCodedTensor.encode(tensor, coder=coder)


def long_rows(w: np.ndarray) -> np.ndarray:
    """Enough weights for coding to pay."""
    return np.resize(w, (12, 100))


def make_hashed(w: np.ndarray, k: int) -> HashedTensor:
    return sharing.hash_weights(w, n_values=k, seed=w.size)


#: Format -> (builders, decoder).
ROWS: dict[str, tuple[dict[str, Callable[[np.ndarray], CompressedTensor]], Any]] = {
    "fp8": (
        {
            "e4m3": quantize_fp8,
            "e5m2, rows": lambda w: quantize_fp8(w, format="e5m2", granularity=PerAxis(0)),
            "e4m3, groups": lambda w: quantize_fp8(w, granularity=PerGroup(group_of(w, 4))),
            "float16 scale": lambda w: half(quantize_fp8(modest(w)), "scale"),
        },
        slow.decode_fp8,
    ),
    "mx": (
        {
            "e2m1": quantize_mx,
            "e4m3": lambda w: quantize_mx(w, format="e4m3"),
            "e5m2": lambda w: quantize_mx(w, format="e5m2"),
        },
        slow.decode_mx,
    ),
    "nvfp4": ({"two scales": quantize_nvfp4}, slow.decode_nvfp4),
    "nf4": ({"plain": quantize_nf4, "double": lambda w: quantize_nf4(w, double_quantization=True)}, slow.decode_nf4),
    "gguf": (
        {kind: lambda w, kind=kind: blocks_of_32(w, kind) for kind in ("Q8_0", "Q4_0", "Q4_1")}
        | {kind: lambda w, kind=kind: k_blocks(w, kind) for kind in ("Q4_K", "Q5_K", "Q6_K")},
        slow.decode_gguf,
    ),
    "codebook": (
        {
            "2 bits": lambda w: quantize_kmeans(w, bits=2),
            "3 bits, each row its own": lambda w: quantize_kmeans(w, bits=3, rows_per_group=1, init="density"),
            "8 bits": lambda w: quantize_kmeans(w, bits=8, n_iter=2),
            "three float16 values": short_codebook,
        },
        slow.decode_codebook,
    ),
    "binary": (
        {
            "rows": quantize_binary,
            "groups": lambda w: quantize_binary(w, granularity=PerGroup(group_of(w, 4))),
            "float16, per tensor": lambda w: half(quantize_binary(modest(w), granularity=PerTensor()), "scale"),
        },
        slow.decode_binary,
    ),
    "ternary": (
        {
            "twn": quantize_ternary,
            "absmean, rows": lambda w: quantize_ternary(w, rule="absmean", granularity=PerAxis(0)),
            "twn, groups": lambda w: quantize_ternary(w, granularity=PerGroup(group_of(w, 4))),
        },
        slow.decode_ternary,
    ),
    "power_of_two": (
        {f"{b} bits": lambda w, b=b: quantize_power_of_two(w, bits=b) for b in (2, 4, 8)},
        slow.decode_power_of_two,
    ),
    "product": (
        {"3 bits": lambda w: product(w, bits=3), "float16": lambda w: half(product(modest(w), bits=1), "codebook")},
        slow.decode_product,
    ),
    "relative": (
        {
            "5 and 5 bits": lambda w: deep(w).inner,
            "1 and 3 bits": lambda w: deep(w, bits=3, index_bits=1).inner,
            "8 and 2 bits": lambda w: deep(w, bits=2, index_bits=8).inner,
        },
        slow.decode_relative,
    ),
    "hashed": (
        {"7 values": lambda w: make_hashed(w, 7), "float16": lambda w: half(make_hashed(modest(w), 3), "values")},
        slow.decode_hashed,
    ),
    "entropy": (
        {
            "deep compression": deep,
            "huffman, 4 bits": lambda w: coded(quantize_rtn(long_rows(w), bits=4), "huffman"),
            "rans, 3 bits": lambda w: coded(quantize_rtn(long_rows(w), bits=3, symmetric=False), "rans"),
            "rans, 2 lanes": lambda w: coded(quantize_ternary(np.resize(w, (44, 1000))), "rans"),
            "nothing to code": lambda w: coded(DenseTensor(w.astype(np.float32)), "rans"),
        },
        lambda arrays, meta: np.zeros(0),  # the caller decodes what inner_of_entropy gives
    ),
}
