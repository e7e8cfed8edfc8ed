"""Slow decoders of floats, codebooks, blocks and coded formats, written from the definitions, weight by weight.

``decode(arrays, meta)`` gives W as float64. Where a format says how float32 operations follow each other, so does its
decoder.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from minicompress import ops

Arrays, Meta = dict[str, np.ndarray], dict[str, Any]
Decode = Callable[[Arrays, Meta], np.ndarray]


# ---- slow pieces -------------------------------------------------------------------------------------------------


def bits_at(row: np.ndarray, index: int, bits: int) -> int:
    """Code ``index`` of a row of bytes, least significant bit first."""
    return (int.from_bytes(row.tobytes(), "little") >> (index * bits)) & (2**bits - 1)


def small_float(code: int, exponent_bits: int, mantissa_bits: int) -> float:
    bias = 2 ** (exponent_bits - 1) - 1
    sign = -1 if code >> (exponent_bits + mantissa_bits) else 1
    e, m = (code >> mantissa_bits) % 2**exponent_bits, code % 2**mantissa_bits
    fraction = Fraction(m, 2**mantissa_bits)
    return sign * float(fraction * 2 if e == 0 else 1 + fraction) * 2.0 ** (e - bias)


ELEMENTS = {"e4m3": (4, 3), "e5m2": (5, 2), "e2m1": (2, 1)}


def scale_at(scale: np.ndarray, r: int, j: int, columns: int) -> float:
    return float(scale[r if len(scale) > 1 else 0, j // (columns // scale.shape[1])])


def filled(rows: int, columns: int, value: Callable[[int, int], float]) -> np.ndarray:
    return np.array([[value(r, j) for j in range(columns)] for r in range(rows)], np.float64).reshape(rows, columns)


# ---- decoders ----------------------------------------------------------------------------------------------------


def decode_fp8(a: Arrays, m: Meta) -> np.ndarray:
    rows, columns = a["codes"].shape
    return filled(
        rows,
        columns,
        lambda r, j: small_float(int(a["codes"][r, j]), *ELEMENTS[m["element"]]) * scale_at(a["scale"], r, j, columns),
    )


def decode_mx(a: Arrays, m: Meta) -> np.ndarray:
    bits = 4 if m["element"] == "e2m1" else 8
    return filled(
        len(a["packed"]),
        m["columns"],
        lambda r, j: (
            small_float(bits_at(a["packed"][r], j, bits), *ELEMENTS[m["element"]])
            * 2.0 ** (int(a["exponents"][r, j // 32]) - 127)
        ),
    )


def decode_nvfp4(a: Arrays, m: Meta) -> np.ndarray:
    def value(r: int, j: int) -> float:
        scale = small_float(int(a["block_scale"][r, j // 16]), 4, 3) * float(a["global_scale"][0])
        return small_float(bits_at(a["packed"][r], j, 4), 2, 1) * scale

    return filled(len(a["packed"]), m["columns"], value)


def decode_nf4(a: Arrays, m: Meta) -> np.ndarray:
    """The two lists of levels are held against bitsandbytes' in tests/quantization/test_nf4.py."""
    absmax = a["absmax"]
    if "nested_scale" in a:
        outer = [a["nested_scale"][i // 256] for i in range(len(absmax))]
        absmax = [ops.dynamic_levels()[c] * s + a["offset"][0] for c, s in zip(absmax, outer, strict=True)]

    def value(r: int, j: int) -> float:
        i = r * m["columns"] + j
        level = ops.nf4_levels()[(int(a["packed"][i // 2]) >> (0 if i % 2 else 4)) & 15]
        return float(level) * float(absmax[i // 64])

    return filled(m["rows"], m["columns"], value)


def k_scale(block: bytes, i: int) -> tuple[int, int]:
    """Scale and minimum i of a Q4_K or Q5_K block, as llama.cpp's get_scale_min_k4 has it."""
    q = block[4:16]
    if i < 4:
        return q[i] & 63, q[i + 4] & 63
    return (q[i + 4] & 15) | ((q[i - 4] >> 6) << 4), (q[i + 4] >> 4) | ((q[i] >> 6) << 4)


def gguf_weight(block: bytes, kind: str, i: int) -> np.float32:
    def half(at: int) -> np.float32:
        return np.float32(np.frombuffer(block[at : at + 2], "<f2")[0])

    def whole(value: int) -> np.float32:
        return np.float32(value)

    if kind == "Q8_0":
        return half(0) * whole(int(np.int8(np.uint8(block[2 + i]))))
    if kind in ("Q4_0", "Q4_1"):
        start = 2 if kind == "Q4_0" else 4
        q = block[start + i % 16] >> 4 if i >= 16 else block[start + i % 16] & 15
        return half(0) * whole(q - 8) if kind == "Q4_0" else half(0) * whole(q) + half(2)
    if kind in ("Q4_K", "Q5_K"):
        run, j = divmod(i, 32)
        byte = block[(16 if kind == "Q4_K" else 48) + run // 2 * 32 + j]
        q = byte >> 4 if run % 2 else byte & 15
        q += 16 * ((block[16 + j] >> run) & 1) if kind == "Q5_K" else 0
        scale, minimum = k_scale(block, run)
        return half(0) * whole(scale) * whole(q) - half(2) * whole(minimum)
    part, rest = divmod(i, 128)
    run, j = divmod(rest, 32)
    low = block[64 * part + j + 32 * (run % 2)] >> (4 if run >= 2 else 0) & 15
    high = block[128 + 32 * part + j] >> (2 * run) & 3
    scale = int(np.int8(np.uint8(block[192 + i // 16])))
    return half(208) * whole(scale) * whole((low | high << 4) - 32)


GGUF = {"Q8_0": (32, 34), "Q4_0": (32, 18), "Q4_1": (32, 20), "Q4_K": (256, 144), "Q5_K": (256, 176)}
GGUF |= {"Q6_K": (256, 210)}


def decode_gguf(a: Arrays, m: Meta) -> np.ndarray:
    weights, size = GGUF[m["kind"]]
    rows, row_bytes = a["blocks"].shape
    blocks = [[row[k : k + size].tobytes() for k in range(0, row_bytes, size)] for row in a["blocks"]]
    return filled(
        rows,
        row_bytes // size * weights,
        lambda r, j: float(gguf_weight(blocks[r][j // weights], m["kind"], j % weights)),
    )


def decode_codebook(a: Arrays, m: Meta) -> np.ndarray:
    rows, book = len(a["packed"]), a["codebook"]
    run = rows // len(book)
    return filled(rows, m["columns"], lambda r, j: float(book[r // run, bits_at(a["packed"][r], j, m["bits"])]))


def decode_binary(a: Arrays, m: Meta) -> np.ndarray:
    return filled(
        len(a["packed"]),
        m["columns"],
        lambda r, j: (2 * bits_at(a["packed"][r], j, 1) - 1) * scale_at(a["scale"], r, j, m["columns"]),
    )


def decode_ternary(a: Arrays, m: Meta) -> np.ndarray:
    return filled(
        len(a["packed"]),
        m["columns"],
        lambda r, j: (int(a["packed"][r, j // 5]) // 3 ** (j % 5) % 3 - 1) * scale_at(a["scale"], r, j, m["columns"]),
    )


def decode_power_of_two(a: Arrays, m: Meta) -> np.ndarray:
    def value(r: int, j: int) -> float:
        sign, k = divmod(bits_at(a["packed"][r], j, m["bits"]), 2 ** (m["bits"] - 1))
        return 0.0 if k == 0 else (-1) ** sign * 2.0 ** (int(a["top"][r]) - k + 1)

    return filled(len(a["packed"]), m["columns"], value)


def decode_product(a: Arrays, m: Meta) -> np.ndarray:
    pieces, _, d = a["codebook"].shape
    return filled(
        len(a["packed"]),
        pieces * d,
        lambda r, j: float(a["codebook"][j // d, bits_at(a["packed"][r], j // d, m["bits"]), j % d]),
    )


def decode_relative(a: Arrays, m: Meta) -> np.ndarray:
    dense, place = np.zeros(m["rows"] * m["columns"]), -1
    for i in range(m["entries"]):
        place += 1 + bits_at(a["gaps"][0], i, m["index_bits"])
        dense[place] = float(a["codebook"][bits_at(a["packed"][0], i, m["bits"])])
    return dense.reshape(m["rows"], m["columns"])


def decode_hashed(a: Arrays, m: Meta) -> np.ndarray:
    def mix(h: int) -> int:
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
            h = (h ^ (h >> shift)) * factor % 2**32
        return h

    def value(r: int, j: int) -> float:
        h = mix((r * m["columns"] + j) % 2**32 ^ mix(m["seed"]))
        return (-1) ** (mix(h) >> 31) * float(a["values"][h % len(a["values"])])

    return filled(m["rows"], m["columns"], value)


def slow_huffman(part: bytes, bits: int) -> Iterator[int]:
    lengths, stream = part[: 2**bits], part[2**bits :]
    order = sorted((n, s) for s, n in enumerate(lengths) if n)
    words, word, before = {}, 0, 0
    for n, s in order:
        word <<= n - before
        words[n, word], word, before = s, word + 1, n
    n = word = 0
    for position in range(8 * len(stream)):
        n, word = n + 1, 2 * word + (stream[position // 8] >> (7 - position % 8) & 1)
        if (n, word) in words:
            yield words[n, word]
            n = word = 0


def slow_rans(part: bytes, bits: int, count: int) -> Iterator[int]:
    frequencies = np.frombuffer(part[: 2 * 2**bits], "<u2").tolist()
    words = np.frombuffer(part[2 * 2**bits :], "<u4").tolist()
    lanes = min(64, max(1, count // 4096))
    states = [words[2 * i] + (words[2 * i + 1] << 32) for i in range(lanes)]
    reading = iter(words[2 * lanes :])
    symbol_at = [s for s, f in enumerate(frequencies) for _ in range(f)]
    starts = [sum(frequencies[:s]) for s in range(len(frequencies))]
    for i in range(count):
        x = states[i % lanes]
        slot = x % 2**14
        s = symbol_at[slot]
        x = frequencies[s] * (x >> 14) + slot - starts[s]
        states[i % lanes] = x if x >= 2**31 else x << 32 | next(reading)
        yield s


def inner_of_entropy(a: Arrays, m: Meta) -> tuple[Arrays, Meta]:
    layout = json.loads(m["layout"])
    arrays, start = {}, 0
    for name, dtype, shape, coder, bits, size in layout["arrays"]:
        part = a["payload"][start : start + size].tobytes()
        start += size
        nbytes = math.prod(shape) * np.dtype(dtype).itemsize
        if coder != "raw":
            row_bytes = shape[-1] if bits < 8 else nbytes
            each = row_bytes * 8 // bits
            count = nbytes // row_bytes * each
            symbols = (slow_huffman(part, bits) if coder == "huffman" else slow_rans(part, bits, count)).__next__
            rows = [sum(symbols() << (bits * i) for i in range(each)) for _ in range(nbytes // row_bytes)]
            part = b"".join(row.to_bytes(row_bytes, "little") for row in rows)
        arrays[name] = np.frombuffer(part, dtype).reshape(shape)
    return arrays, layout["meta"]
