"""Rows of quantize, dequantize, pack and unpack: bound by memory, so the peer is a copy of the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.peers import THREADS, Function
from benchmarks.rows import Row, family
from minicompress import ops


def _copy(read: np.ndarray, written: np.ndarray) -> Function:
    """Move as many bytes as the operation reads and writes, on 2 threads; it returns the right answer."""
    total = (read.nbytes + written.nbytes) // 2
    source, target = np.ones(total, np.uint8), np.empty(total, np.uint8)
    cuts = np.linspace(0, total, THREADS + 1).astype(int)
    pool = ThreadPoolExecutor(THREADS)

    def part(k: int) -> None:
        np.copyto(target[cuts[k] : cuts[k + 1]], source[cuts[k] : cuts[k + 1]])

    def run() -> np.ndarray:
        list(pool.map(part, range(THREADS)))
        return written

    return run


@family("elementwise")
def elementwise(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """Affine codes of float32 weights and back; codes to packed bits and back."""
    side = 512 if quick else 4096
    w = rng.standard_normal((side, side)).astype(np.float32)
    for size in (side, 64):
        groups = side // size
        scale, zero = np.full((side, groups), 0.05, np.float32), np.full((side, groups), 128, np.uint8)
        codes = ops.operation("affine_quantize", "reference")(w, scale, zero, 8)
        back = ops.operation("affine_dequantize", "reference")(codes, scale, zero)
        shape = f"{side}x{side} g{size}"
        yield Row(
            "quantize",
            shape,
            lambda s=scale, z=zero: ops.affine_quantize(w, s, z, 8),
            {"copy": _copy(w, codes)},
            codes,
            0.0,
        )
        yield Row(
            "dequantize", shape, lambda c=codes, s=scale, z=zero: ops.affine_dequantize(c, s, z),
            {"copy": _copy(codes, back)}, back, 0.0,
        )  # fmt: skip
    for bits in (4,) if quick else (2, 3, 4, 6):
        codes = rng.integers(0, 2**bits, (side, side)).astype(np.uint8)
        packed = ops.pack_bits(codes, bits)
        shape = f"{side}x{side}, {bits} bits"
        copy = _copy(codes, packed)
        yield Row("pack", shape, lambda c=codes, b=bits: ops.pack_bits(c, b), {"copy": copy}, packed, 0.0)
        unpack = lambda p=packed, b=bits: ops.unpack_bits(p, b, side)  # noqa: E731
        yield Row("unpack", shape, unpack, {"copy": _copy(packed, codes)}, codes, 0.0)
