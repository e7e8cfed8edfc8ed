"""Arguments for each operation that has a kernel: what the twins are compared on, here and in the subprocesses."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from minicompress.reference import huffman, quantized, rans, sparse

#: (rows, inputs, group size): one number, odd sizes, groups of every kind, more than one panel and strip.
WEIGHTS = [
    (1, 1, 1),
    (5, 6, 3),
    (16, 32, 32),
    (17, 96, 32),
    (24, 64, 64),
    (50, 131, 131),
    (70, 256, 128),
    (100, 77, 7),
]
BATCHES = (1, 3, 4, 7, 8, 13, 130)


def _affine(rng: np.random.Generator, rows: int, inputs: int, size: int, bits: int) -> dict[str, Any]:
    shape = (rows, inputs // size)
    return {
        "codes": rng.integers(0, 2**bits, (rows, inputs)).astype(np.uint8),
        "scale": rng.uniform(0.01, 0.1, shape).astype(np.float32),
        "zero_point": rng.integers(0, 2**bits, shape).astype(np.uint8),
    }


def _panels(rng: np.random.Generator, rows: int, inputs: int, size: int, bits: int) -> dict[str, Any]:
    parts = _affine(rng, rows, inputs, size, bits)
    return {
        "panels": np.ascontiguousarray(quantized.panel_codes(parts["codes"], inputs // size, bits)),
        "scale": quantized.panel_parameters(parts["scale"]),
        "zero_point": quantized.panel_parameters(parts["zero_point"]),
        "bits": bits,
        "rows": rows,
    }


def _activations(rng: np.random.Generator, n: int, inputs: int) -> np.ndarray:
    return rng.standard_normal((n, inputs)).astype(np.float32)


def affine_quantize(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for rows, inputs, size in WEIGHTS:
        for bits in (1, 4, 8):
            parts = _affine(rng, rows, inputs, size, bits)
            # Multiples of half a step: every tie of the rounding is met.
            w = rng.integers(-40, 300, (rows, inputs // size, size)) * parts["scale"][:, :, None] / 2
            w = w.astype(np.float32).reshape(rows, inputs)
            yield {"w": w, "scale": parts["scale"], "zero_point": parts["zero_point"], "bits": bits}


def affine_dequantize(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for shape in WEIGHTS:
        yield _affine(rng, *shape, 8)


def quantize_rows(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n, inputs in ((1, 1), (3, 7), (9, 130), (300, 257)):
        x = _activations(rng, n, inputs)
        x[0] = 0  # a row of zeros, and one too small for a normal scale
        x[-1, :] = np.float32(1e-44)
        yield {"x": x}
        yield {"x": rng.integers(-254, 255, (n, inputs)).astype(np.float32) / 2}


def pack_bits(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for bits in range(1, 9):
        for rows, columns in ((1, 1), (3, 8), (5, 13), (40, 64), (33, 129), (260, 257)):
            yield {"codes": rng.integers(0, 2**bits, (rows, columns)).astype(np.uint8), "bits": bits}


def unpack_bits(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for case in pack_bits(rng):
        rows, columns = case["codes"].shape
        packed = rng.integers(0, 256, (rows, -(-columns * case["bits"] // 8))).astype(np.uint8)
        yield {"packed": packed, "bits": case["bits"], "columns": columns}


def panel_codes(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for rows, inputs, size in WEIGHTS:
        for bits in (4, 8):
            codes = _affine(rng, rows, inputs, size, bits)["codes"]
            yield {"codes": codes, "groups": inputs // size, "bits": bits}


def affine_linear(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for rows, inputs, size in WEIGHTS:
        for bits in (4, 8):
            for n in BATCHES:
                yield {"x": _activations(rng, n, inputs), **_panels(rng, rows, inputs, size, bits)}


def codebook_linear(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for rows, inputs, size in WEIGHTS:
        for n in BATCHES:
            case = _panels(rng, rows, inputs, size, 4)
            levels = _activations(rng, len(case["panels"]), 16)
            kept = {k: case[k] for k in ("panels", "scale", "rows")}
            yield {"x": _activations(rng, n, inputs), "levels": levels, **kept}


def affine_linear_int8(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for rows, inputs, size in WEIGHTS:
        for bits in (4, 8):
            for n in BATCHES:
                q = rng.integers(-128, 128, (n, inputs)).astype(np.int8)
                q_scale = rng.uniform(0.01, 0.1, n).astype(np.float32)
                yield {"q": q, "q_scale": q_scale, **_panels(rng, rows, inputs, size, bits)}
    # The largest sums of products: two products of 255 * 127 pass what 16 bits hold.
    for sign in (-128, 127):
        case = _panels(rng, 33, 512, 512, 8)
        case["panels"] = np.full_like(case["panels"], 255)
        yield {"q": np.full((9, 512), sign, np.int8), "q_scale": np.ones(9, np.float32), **case}


def _sparse(rng: np.random.Generator) -> Iterator[np.ndarray]:
    for rows, columns, density in (
        (1, 1, 1.0),
        (1, 1, 0.0),
        (7, 5, 0.5),
        (64, 33, 0.1),
        (130, 300, 0.2),
        (400, 300, 0.4),
    ):
        w = _activations(rng, rows, columns)
        w[rng.random(w.shape) >= density] = 0
        w[rows // 2] = 0  # an empty row
        yield w


def csr_from_dense(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for w in _sparse(rng):
        yield {"w": w}


def csr_to_dense(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for w in _sparse(rng):
        data, indices, indptr = sparse.csr_from_dense(w)
        for kind in (np.uint16, np.int32):
            yield {"data": data, "indices": indices.astype(kind), "indptr": indptr, "columns": w.shape[1]}


def csr_matmul(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for w in _sparse(rng):
        data, indices, indptr = sparse.csr_from_dense(w)
        for kind in (np.uint16, np.int32):
            for k in (1, 2, 15, 16, 17, 32, 63, 100, 129, 300):
                x = _activations(rng, w.shape[1], k)
                yield {"data": data, "indices": indices.astype(kind), "indptr": indptr, "x": x}


def nm_matmul(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for rows, groups, n, m in (
        (1, 1, 1, 2),
        (3, 40, 2, 4),
        (8, 5, 3, 5),
        (33, 70, 2, 4),
        (5, 3, 2, 100),
        (4, 2, 9, 256),
    ):
        places = np.sort(np.argsort(rng.random((rows, groups, m)), axis=2)[:, :, :n], axis=2).astype(np.uint8)
        values = _activations(rng, rows, groups * n).reshape(places.shape)
        data, offsets = sparse.nm_blocks(values, places, m)
        for k in (1, 15, 16, 17, 33, 64, 100, 200):
            yield {"data": data, "offsets": offsets, "n": n, "m": m, "x": _activations(rng, groups * m, k)}


def bsr_matmul(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for tall, across, height, width, density in (
        (1, 1, 1, 1, 1.0),
        (4, 3, 2, 5, 0.0),
        (5, 7, 16, 16, 0.3),
        (9, 4, 4, 1, 0.5),
        (3, 6, 13, 8, 0.7),
    ):
        keep = rng.random((tall, across)) < density
        keep[tall // 2] = False  # an empty block row
        data = rng.standard_normal((int(keep.sum()), height, width)).astype(np.float32)
        indptr = np.concatenate([[0], np.cumsum(keep.sum(axis=1))])
        for k in (1, 2, 16, 17, 32, 61, 96):
            for kind in (np.uint16, np.int32):
                indices = np.nonzero(keep)[1].astype(kind)
                yield {"data": data, "indices": indices, "indptr": indptr, "x": _activations(rng, across * width, k)}


def _messages(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, int]]:
    """Symbols, and how many kinds there are: one alone, few, skewed, flat, and more than a byte holds."""
    for n, kinds in ((1, 1), (9, 1), (5, 3), (64, 2), (1000, 7), (4097, 256), (2000, 3000), (20_000, 40)):
        flat = rng.integers(0, kinds, n)
        yield flat, kinds
        yield np.minimum(rng.geometric(0.6, n) - 1, kinds - 1), kinds


def rans_pack(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for symbols, kinds in _messages(rng):
        for scale_bits in (12, 16):
            frequencies = rans.rans_frequencies(np.bincount(symbols, minlength=kinds), scale_bits)
            for lanes in (1, 3, 64):
                yield {"symbols": symbols, "frequencies": frequencies, "lanes": lanes}


def rans_unpack(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for case in rans_pack(rng):
        words, rest = rans.rans_pack(**case), {k: case[k] for k in ("frequencies", "lanes")}
        count, least = case["symbols"].size, 2 * case["lanes"]
        flipped = words.copy()
        flipped[rng.integers(words.size)] ^= np.uint32(1 << rng.integers(32))
        for stream in (flipped, words[: max(least, words.size - 1)], np.append(words, np.uint32(7)), words):
            yield {"words": stream, **rest, "count": count}
        yield {"words": words, **rest, "count": count + 1}


def huffman_pack(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for symbols, kinds in _messages(rng):
        yield {"symbols": symbols, "lengths": huffman.huffman_lengths(np.bincount(symbols, minlength=kinds))}
    # Words of 1 to 56 bits: the longest that a window holds.
    lengths = np.append(np.arange(1, 57), 56).astype(np.uint8)
    yield {"symbols": rng.permutation(np.repeat(np.arange(57), 9)), "lengths": lengths}
    yield {"symbols": rng.integers(0, 57, 3000) // 4, "lengths": lengths}


def huffman_unpack(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for case in huffman_pack(rng):
        payload, count = huffman.huffman_pack(**case), case["symbols"].size
        noise = rng.integers(0, 256, payload.size).astype(np.uint8)
        for stream in (noise, payload[:-1], np.append(payload, np.uint8(170)), payload):
            yield {"payload": stream, "lengths": case["lengths"], "count": count}
        yield {"payload": payload, "lengths": case["lengths"], "count": count + 9}
        yield {"payload": payload, "lengths": np.zeros_like(case["lengths"]), "count": count}


def _mask(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """A share of True in each row, none without; the last row has one alone."""
    mask = rng.random((rows, columns)) < 0.7
    mask[-1] = False
    mask[np.arange(rows), rng.integers(0, columns, rows)] = True
    return mask


ROWS = [(1, 1), (3, 7), (9, 16), (2, 33), (40, 100), (130, 384)]


def layer_norm(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n, width in ROWS:
        weight, bias = _activations(rng, 2, width)
        x, residual = 1 + _activations(rng, n, width), _activations(rng, n, width)
        x[0] = 3  # a row without variance
        yield {"x": x, "weight": weight, "bias": bias, "eps": 1e-5}
        yield {"x": x, "weight": weight, "bias": bias, "eps": 1e-12 if width > 1 else 1e-5, "residual": residual}


def gelu(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n, width in ROWS:
        yield {"x": 3 * _activations(rng, n, width)}
    yield {"x": np.linspace(-20, 20, 40_001, dtype=np.float32)}
    yield {"x": np.array([0, -0.0, 1e-40, -1e-40, 1e30, -1e30, np.inf, np.nan], np.float32)}


def softmax(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n, width in ROWS:
        x = 10 * _activations(rng, n, width)
        yield {"x": x}
        yield {"x": x - 1000, "mask": _mask(rng, n, width)}
    yield {"x": np.linspace(-120, 0, 30_000, dtype=np.float32).reshape(10, -1)}


def attention(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for batch, length, heads, size in (
        (1, 1, 1, 1),
        (2, 5, 3, 8),
        (3, 8, 2, 32),
        (1, 9, 1, 40),
        (4, 37, 12, 32),
        (2, 129, 2, 64),
    ):
        q, k, v = (_activations(rng, batch * length, heads * size).reshape(batch, length, -1) for _ in range(3))
        # Scores far below zero: keys that are not there must not count as zero.
        yield {"q": q, "k": k - 9 * q, "v": v, "heads": heads}
        yield {"q": q, "k": k, "v": v, "heads": heads, "mask": _mask(rng, batch, length)}


def largest_mask(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n in (1, 7, 2003, 70_001, 300_000):
        smooth = rng.standard_normal(n) * 10.0 ** rng.integers(-44, 30, n)
        ties = rng.integers(-3, 4, n) / 2  # zeros of both signs, and runs of equals that no part holds alone
        ties[rng.random(n) < 0.1] = -0.0
        for kind in (np.float32, np.float64):
            for score in (smooth.astype(kind), ties.astype(kind), np.full(n, -2, kind)):
                for drop in sorted({0, 1, n // 3, n - 1, n}):
                    yield {"score": score, "drop": drop, "magnitude": bool(rng.integers(2))}
    yield {"score": rng.standard_normal((3, 900)).astype(np.float32), "drop": 300, "magnitude": True}
    yield {"score": rng.standard_normal(5000).astype(np.float32), "drop": 2000, "magnitude": False}


def gptq_sweep(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for rows, block in ((1, 1), (3, 5), (4, 16), (9, 33), (70, 128), (203, 64)):
        root = rng.standard_normal((block, 2 * block))
        upper = np.linalg.cholesky(root @ root.T / block)[::-1, ::-1].copy()
        scale = rng.uniform(0.05, 0.2, rows).astype(np.float32)
        zero = rng.integers(0, 16, rows).astype(np.uint8)
        w = rng.standard_normal((rows, block))
        w[0] *= 1e36  # far outside the grid: the division overflows
        for qmin, qmax in ((0, 15), (1, 15), (0, 255)):
            wide = rng.standard_normal((rows, block + 7))
            wide[:, 3 : block + 3] = w
            yield {
                "w": wide[:, 3 : block + 3],
                "upper": upper,
                "scale": scale,
                "zero_point": zero,
                "qmin": qmin,
                "qmax": qmax,
            }


def kmeans1d_lloyd(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n, k in ((1, 1), (5, 3), (64, 4), (129, 16), (3000, 17), (40_000, 256)):
        smooth = rng.standard_normal(n).astype(np.float32)
        for values in (smooth, rng.integers(-9, 10, n) / 2, 1e6 + smooth.astype(np.float64)):
            centroids = np.linspace(float(values.min()), float(values.max()), k)
            for n_iter in (0, 1, 50):
                yield {"values": values, "centroids": centroids, "n_iter": n_iter}


def kmeans1d_optimal(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n, k in ((1, 1), (5, 3), (64, 1), (129, 16), (2500, 7)):
        yield {"values": rng.standard_normal(n).astype(np.float32), "k": k}
        yield {"values": rng.integers(-50, 50, n) / 2, "k": k}


def _vectors(rng: np.random.Generator, n: int, k: int, d: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Points and codewords: smooth; with many ties; far from zero; too small and too large for float32; half way."""
    x, c = rng.standard_normal((n, d)), rng.standard_normal((k, d))
    yield x.astype(np.float32), c.astype(np.float32)
    yield rng.integers(-2, 3, (n, d)) / 2.0, rng.integers(-2, 3, (k, d)) / 2.0
    yield (1000 + x).astype(np.float32), (1000 + c).astype(np.float32)
    for size in (1e-30, 1e25, 1e-200, 1e140):
        yield size * x, size * c
    between = (c[rng.integers(0, k, n)] + c[rng.integers(0, k, n)]) / 2
    away = rng.integers(-8, 9, (n, d)) * 2.0**-24
    yield between, c
    yield (between * (1 + away)).astype(np.float32), c.astype(np.float32)


VECTORS = [(1, 1, 1), (5, 2, 3), (16, 16, 4), (33, 7, 4), (70, 256, 8), (100, 17, 5), (129, 64, 2), (300, 255, 4)]


def kmeans_assign(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n, k, d in VECTORS:
        for x, centroids in _vectors(rng, n, k, d):
            yield {"x": x, "centroids": centroids}


def kmeans_lloyd(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n, k, d in VECTORS:
        for x, centroids in list(_vectors(rng, n, k, d))[:3]:
            for n_iter in (0, 1, 20):
                yield {"x": x, "centroids": centroids, "n_iter": n_iter}


def product_encode(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for n, k, d in VECTORS:
        for m in (1, 3):
            pieces = zip(*(_vectors(rng, n, k, d) for _ in range(m)), strict=True)
            for made in pieces:
                x, codebook = (list(side) for side in zip(*made, strict=True))
                yield {"x": np.concatenate(x, axis=1), "codebook": np.stack(codebook)}


def cases(name: str) -> list[dict[str, Any]]:
    """The arguments for operation ``name``, the same at each call."""
    return list(globals()[name](np.random.default_rng(zlib.crc32(name.encode()))))
