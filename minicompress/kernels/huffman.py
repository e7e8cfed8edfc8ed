"""Twins of :mod:`minicompress.reference.huffman`: words through a 64-bit register, decoded by a table.

    payload   ..|10 110 0 0 111 10 ..|..     8 bytes are loaded at the next bit; at least 57 of the 64 bits count
    table     2^12 entries of 32 bits: the next 12 bits -> symbol << 8 | length of its word          16 KB

One load serves four words of up to 12 bits. A word costs a shift, a table load, a shift and an addition, each waiting
for the one before: about 8 cycles. Longer words are rare by their very length: they have entry 0 and are found by
bisection among all words.

The place of a word is known only after the word before it, so one thread decodes a stream.
"""

from __future__ import annotations

import numba
import numpy as np
from numba.extending import intrinsic

from minicompress.kernels.compiler import arguments, kernel, unpack
from minicompress.kernels.threads import launch
from minicompress.kernels.vector import load_word
from minicompress.reference import huffman as reference

__all__ = ["huffman_pack", "huffman_unpack"]

_BITS = 12  # that the table looks at; four such words fit the 57 bits
_PACK = arguments("int64[::1], uint8[::1], uint64[::1], uint8[::1]")
_UNPACK = arguments("uint8[::1], uint32[::1], int64, uint64[::1], uint8[::1], int64[::1], int64[::1]")


@intrinsic
def _swap_bytes(typing, word):  # type: ignore[no-untyped-def]
    """``word.byteswap()``: the first byte in memory becomes the most significant."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.bswap(values[0])

    return numba.types.uint64(numba.types.uint64), generate


@kernel(_PACK)
def _pack(table, part, parts):  # type: ignore[no-untyped-def]
    symbols, lengths, words, payload = unpack(table, _PACK)
    held, room, at = np.uint64(0), np.int64(64), 0  # bits not yet written stand at the top of ``held``
    for s in symbols:
        length = np.int64(lengths[s])
        room -= length
        held |= words[s] << np.uint64(room & 63)  # a symbol without a word adds nothing
        while room <= 56:  # 7 bits may stay: the next word has 56 at most, and 63 fit
            payload[at] = held >> np.uint64(56)
            held <<= np.uint64(8)
            at, room = at + 1, room + 8
    if room < 64:
        payload[at] = held >> np.uint64(56)


def huffman_pack(symbols: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The words of ``symbols`` (n,), end to end: uint8, the last byte filled with zeros."""
    flat, lengths = np.ascontiguousarray(symbols, np.int64), np.ascontiguousarray(lengths)
    bits = int(np.bincount(flat, minlength=lengths.size) @ lengths.astype(np.int64))
    payload = np.empty((bits + 7) // 8, np.uint8)
    launch(_pack, 1, flat, lengths, reference.huffman_words(lengths), payload)
    return payload


@numba.njit(inline="always")
def _window(payload, position):  # type: ignore[no-untyped-def]
    """The 57 bits or more from bit ``position`` on, at the top of a word; zeros after the payload's end."""
    byte = position >> 3
    if byte + 8 <= payload.size:
        word = _swap_bytes(load_word(payload, byte))
    else:
        word = np.uint64(0)
        for k in range(payload.size - byte):
            word |= np.uint64(payload[byte + k]) << np.uint64(56 - 8 * k)
    return word << np.uint64(position & 7)


@numba.njit
def _find(aligned, window):  # type: ignore[no-untyped-def]
    """The last of the rising ``aligned`` that is not above ``window``."""
    low, high = 0, aligned.size
    while high - low > 1:
        middle = (low + high) // 2
        if aligned[middle] <= window:
            low = middle
        else:
            high = middle
    return low


@kernel(_UNPACK)
def _unpack(table, part, parts):  # type: ignore[no-untyped-def]
    payload, short, width, aligned, sizes, order, out = unpack(table, _UNPACK)
    total, shift = 8 * payload.size, np.uint64(64 - width)
    position, i = np.int64(0), 0
    while i < out.size:
        window = _window(payload, position)
        if i + 4 <= out.size and position + 64 <= total:
            for _ in range(4):
                entry = short[window >> shift]
                length = entry & np.uint32(255)
                if length == 0:
                    break
                out[i] = entry >> np.uint32(8)
                window <<= np.uint64(length)
                position += np.int64(length)
                i += 1
            else:
                continue
            window = _window(payload, position)
        rank = _find(aligned, window)
        length = np.int64(sizes[rank])
        if (window - aligned[rank]) >> np.uint64(64 - length) or position >= total or position + length > total:
            return
        out[i] = order[rank]
        position += length
        i += 1


def huffman_unpack(payload: np.ndarray, lengths: np.ndarray, count: int) -> np.ndarray:
    """Undo :func:`huffman_pack`: ``count`` symbols, int64; -1 from where the payload ends too soon or makes no word."""
    out = np.full(count, -1, np.int64)
    order = np.flatnonzero(lengths)
    if order.size == 0:
        return out
    order = order[np.argsort(lengths[order], kind="stable")]  # the order of canonical words
    sizes = lengths[order]
    aligned = reference.huffman_words(lengths)[order] << (64 - sizes.astype(np.uint64))
    width = min(_BITS, int(sizes[-1]))
    # What the table says of each start of a word: the word it must be, if that is short enough and there is one.
    starts = np.arange(2**width, dtype=np.uint64) << np.uint64(64 - width)
    rank = np.searchsorted(aligned, starts, side="right") - 1
    size = sizes[rank].astype(np.uint64)
    known = (size <= width) & ((starts - aligned[rank]) >> (64 - size) == 0)
    short = np.where(known, order[rank].astype(np.uint64) << np.uint64(8) | size, 0).astype(np.uint32)
    launch(_unpack, 1, np.ascontiguousarray(payload), short, width, aligned, sizes, order, out)
    return out
