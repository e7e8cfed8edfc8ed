"""GGUF blocks: a run of weights and their scales in one record of bytes, as llama.cpp stores them.

    kind   weights  bytes  bits   record                                                              value
    Q8_0      32      34   8.5    d f16 | 32 int8                                                     d q
    Q4_0      32      18   4.5    d f16 | 16 bytes, weight i low and i + 16 high                      d (q - 8)
    Q4_1      32      20   5.0    d f16 | m f16 | 16 bytes                                            d q + m
    Q4_K     256     144   4.5    d f16 | dmin f16 | 12 bytes of 6-bit scales, mins | 128 bytes       d s q - dmin m
    Q5_K     256     176   5.5    as Q4_K, with 32 bytes of fifth bits before the 128                 d s q - dmin m
    Q6_K     256     210   6.5625 128 bytes low 4 bits | 64 bytes high 2 | 16 int8 scales | d f16     d s (q - 32)

Encoding follows llama.cpp to the bit: x is multiplied by the float32 reciprocal 1/d, before d is rounded to float16;
Q8_0 rounds halves away from zero, Q4_0 and Q4_1 halves up. Source: ggml-quants (github.com/ggml-org/llama.cpp).
"""

from __future__ import annotations

import numpy as np

__all__ = ["gguf_block", "gguf_decode", "gguf_encode"]

_BLOCKS = {"Q8_0": (32, 34), "Q4_0": (32, 18), "Q4_1": (32, 20), "Q4_K": (256, 144), "Q5_K": (256, 176)}
_BLOCKS |= {"Q6_K": (256, 210)}


def gguf_block(kind: str) -> tuple[int, int]:
    """Weights and bytes of one block.

    >>> gguf_block("Q4_0")
    (32, 18)
    """
    return _BLOCKS[kind]


def gguf_encode(w: np.ndarray, kind: str) -> np.ndarray:
    """Blocks uint8 (n, bytes) of float32 ``w`` (n, 32); ``kind`` is Q8_0, Q4_0 or Q4_1.

    >>> gguf_encode(np.eye(1, 32, dtype=np.float32), "Q8_0")[0, :4].view(np.int8)
    array([  8,  32, 127,   0], dtype=int8)
    """
    with np.errstate(over="ignore"):  # a scale beyond float16 becomes inf, which callers refuse
        return {"Q8_0": _encode_q8_0, "Q4_0": _encode_q4_0, "Q4_1": _encode_q4_1}[kind](w)


def gguf_decode(blocks: np.ndarray, kind: str) -> np.ndarray:
    """Weights float32 (n, 32 or 256) of uint8 ``blocks`` (n, bytes).

    >>> gguf_decode(gguf_encode(np.eye(1, 32, dtype=np.float32), "Q8_0"), "Q8_0")[0, :2].round(3)
    array([1., 0.], dtype=float32)
    """
    decoders = {"Q8_0": _decode_q8_0, "Q4_0": _decode_q4_0, "Q4_1": _decode_q4_1}
    decoders |= {"Q4_K": _decode_q4_k, "Q5_K": _decode_q5_k, "Q6_K": _decode_q6_k}
    return decoders[kind](blocks).reshape(len(blocks), _BLOCKS[kind][0])


def _reciprocal(d: np.ndarray) -> np.ndarray:
    """1 / d, and 0 where that is not a finite float32: such a block's d is 0 in float16 too."""
    with np.errstate(divide="ignore", over="ignore"):
        inverse = 1 / d
    return np.where(np.isfinite(inverse), inverse, np.float32(0))


def _float16_bytes(d: np.ndarray) -> np.ndarray:
    return d.astype("<f2").view(np.uint8)


def _float16_at(blocks: np.ndarray, start: int) -> np.ndarray:
    return np.ascontiguousarray(blocks[:, start : start + 2]).view("<f2").astype(np.float32)


def _nibbles(data: np.ndarray, run: int) -> np.ndarray:
    """(n, bytes) -> (n, bytes / run, 2, run): of each ``run`` bytes the low nibbles, then the high ones."""
    parts = data.reshape(len(data), data.shape[1] // run, 1, run)
    return np.concatenate([parts & 15, parts >> 4], axis=2)


def _pack_halves(q: np.ndarray) -> np.ndarray:
    """Codes (n, 32) below 16 -> bytes (n, 16): weight i in the low nibble, weight i + 16 in the high one."""
    codes = q.astype(np.uint8)
    return codes[:, :16] | (codes[:, 16:] << 4)


def _encode_q8_0(w: np.ndarray) -> np.ndarray:
    d = np.abs(w).max(axis=1, keepdims=True) / np.float32(127)
    scaled = w * _reciprocal(d)
    whole = np.trunc(scaled)
    away = whole + np.sign(scaled) * (np.abs(scaled - whole) >= 0.5)  # halves away from zero
    return np.concatenate([_float16_bytes(d), away.astype(np.int8).view(np.uint8)], axis=1)


def _encode_q4_0(w: np.ndarray) -> np.ndarray:
    extreme = np.take_along_axis(w, np.abs(w).argmax(axis=1, keepdims=True), axis=1)
    d = extreme / np.float32(-8)  # signed: the largest magnitude is always code 0, which is -8
    q = np.minimum(np.trunc(w * _reciprocal(d) + np.float32(8.5)), 15)
    return np.concatenate([_float16_bytes(d), _pack_halves(q)], axis=1)


def _encode_q4_1(w: np.ndarray) -> np.ndarray:
    low = w.min(axis=1, keepdims=True)
    d = (w.max(axis=1, keepdims=True) - low) / np.float32(15)
    q = np.minimum(np.trunc((w - low) * _reciprocal(d) + np.float32(0.5)), 15)
    return np.concatenate([_float16_bytes(d), _float16_bytes(low), _pack_halves(q)], axis=1)


def _decode_q8_0(blocks: np.ndarray) -> np.ndarray:
    return _float16_at(blocks, 0) * np.ascontiguousarray(blocks[:, 2:]).view(np.int8).astype(np.float32)


def _decode_q4_0(blocks: np.ndarray) -> np.ndarray:
    q = _nibbles(blocks[:, 2:], 16).reshape(-1, 32).astype(np.float32) - 8
    return _float16_at(blocks, 0) * q


def _decode_q4_1(blocks: np.ndarray) -> np.ndarray:
    q = _nibbles(blocks[:, 4:], 16).reshape(-1, 32).astype(np.float32)
    return _float16_at(blocks, 0) * q + _float16_at(blocks, 2)


def _k_scales(packed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eight 6-bit scales and eight 6-bit minima out of 12 bytes, each (n, 8) float32.

    The first four stand in the low 6 bits of bytes 0-3 and 4-7; of the last four, the low 4 bits in the nibbles of
    bytes 8-11 and the high 2 bits on top of bytes 0-7.
    """
    a, b, c = packed[:, 0:4], packed[:, 4:8], packed[:, 8:12]
    scales = np.concatenate([a & 63, (c & 15) | ((a >> 6) << 4)], axis=1)
    minima = np.concatenate([b & 63, (c >> 4) | ((b >> 6) << 4)], axis=1)
    return scales.astype(np.float32), minima.astype(np.float32)


def _decode_k(blocks: np.ndarray, q: np.ndarray) -> np.ndarray:
    """D s q - dmin m for ``q`` (n, 8, 32), one scale and minimum for each 32 weights."""
    scales, minima = _k_scales(blocks[:, 4:16])
    scale, minimum = _float16_at(blocks, 0) * scales, _float16_at(blocks, 2) * minima
    return scale[:, :, None] * q - minimum[:, :, None]


def _decode_q4_k(blocks: np.ndarray) -> np.ndarray:
    return _decode_k(blocks, _nibbles(blocks[:, 16:], 32).reshape(-1, 8, 32).astype(np.float32))


def _decode_q5_k(blocks: np.ndarray) -> np.ndarray:
    low = _nibbles(blocks[:, 48:], 32).reshape(-1, 8, 32)
    # Bit r of byte j is the fifth bit of weight j in run r.
    high = (blocks[:, None, 16:48] >> np.arange(8, dtype=np.uint8)[:, None]) & 1
    return _decode_k(blocks, (low | (high << 4)).astype(np.float32))


def _decode_q6_k(blocks: np.ndarray) -> np.ndarray:
    low = _nibbles(blocks[:, :128], 64).reshape(-1, 2, 4, 32)
    # Bits 2r, 2r + 1 of byte j are the high bits of weight j in run r of each half.
    high = (blocks[:, 128:192].reshape(-1, 2, 1, 32) >> np.arange(0, 8, 2, dtype=np.uint8)[:, None]) & 3
    q = (low | (high << 4)).reshape(-1, 16, 16).astype(np.float32) - 32
    scales = np.ascontiguousarray(blocks[:, 192:208]).view(np.int8).astype(np.float32)
    return (_float16_at(blocks, 208) * scales)[:, :, None] * q
