"""Canonical Huffman codes: the shortest prefix code, told by the lengths of its words alone.

    symbol  count  length  word
       a      5      1     0        the next word is (word + 1) << (its length - this length)
       b      2      2     10       bits are laid end to end, most significant first
       c      1      3     110      H <= mean length < H + 1
       d      1      3     111      sum over symbols of 2^-length = 1

Source: Huffman 1952; Schwartz and Kallick 1964 (canonical form).
"""

from __future__ import annotations

import heapq

import numpy as np

__all__ = ["huffman_lengths", "huffman_pack", "huffman_unpack", "huffman_words"]


def huffman_lengths(counts: np.ndarray) -> np.ndarray:
    """Length in bits (uint8) of each symbol's word; 0 for symbols that do not occur, 1 for one that is alone.

    >>> huffman_lengths(np.array([5, 2, 1, 1, 0]))
    array([1, 2, 3, 3, 0], dtype=uint8)
    """
    lengths = np.zeros(counts.size, np.uint8)
    occurring = np.flatnonzero(counts).tolist()
    if len(occurring) == 1:
        lengths[occurring] = 1
        return lengths
    # Join the two rarest trees, again and again: each join adds a bit to every symbol in them.
    heap = [(int(counts[s]), s, [s]) for s in occurring]
    heapq.heapify(heap)
    while len(heap) > 1:
        count_a, first_a, a = heapq.heappop(heap)
        count_b, first_b, b = heapq.heappop(heap)
        lengths[a + b] += 1
        heapq.heappush(heap, (count_a + count_b, min(first_a, first_b), a + b))
    return lengths


def huffman_words(lengths: np.ndarray) -> np.ndarray:
    """The canonical word (uint64) of each symbol, shorter words first, then by symbol.

    >>> huffman_words(np.uint8([1, 2, 3, 3])).tolist()
    [0, 2, 6, 7]
    """
    words = np.zeros(lengths.size, np.uint64)
    word, before = 0, 0
    for symbol in _canonical_order(lengths).tolist():
        length = int(lengths[symbol])
        word <<= length - before
        words[symbol], before = word, length
        word += 1
    return words


def _canonical_order(lengths: np.ndarray) -> np.ndarray:
    """Symbols that occur, by length and then by number."""
    occurring = np.flatnonzero(lengths)
    return occurring[np.argsort(lengths[occurring], kind="stable")]


def huffman_pack(symbols: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The words of ``symbols`` (n,), end to end: uint8, the last byte filled with zeros.

    >>> huffman_pack(np.array([0, 2, 1]), np.uint8([1, 2, 3, 3]))
    array([104], dtype=uint8)
    """
    size, word = lengths[symbols].astype(np.int64), huffman_words(lengths)[symbols]
    ends = np.cumsum(size)
    bits = np.zeros(int(size.sum()), np.uint8)
    for back in range(int(size.max(initial=0))):  # the last bit of every word, then the one before it, and so on
        has = size > back
        bits[ends[has] - 1 - back] = (word[has] >> np.uint64(back)) & np.uint64(1)
    return np.packbits(bits)


def huffman_unpack(payload: np.ndarray, lengths: np.ndarray, count: int) -> np.ndarray:
    """Undo :func:`huffman_pack`: ``count`` symbols, int64; -1 from where the payload ends too soon or makes no word.

    >>> huffman_unpack(np.uint8([104]), np.uint8([1, 2, 3, 3]), 3)
    array([0, 2, 1])
    """
    order = _canonical_order(lengths)
    longest = int(lengths.max(initial=0))
    if count == 0 or longest == 0:
        return np.full(count, -1, np.int64)
    # A word starts at every bit position, as far as we know: decode at all of them, then follow the chain from 0.
    windows = _windows(payload, longest)
    aligned = huffman_words(lengths)[order] << (longest - lengths[order]).astype(np.uint64)
    rank = np.searchsorted(aligned, windows, side="right") - 1
    inside = windows - aligned[rank] < np.uint64(1) << (longest - lengths[order[rank]]).astype(np.uint64)
    symbol = np.where(inside, order[rank], -1).tolist()
    step = lengths[order[rank]].tolist()
    out, position, total = np.full(count, -1, np.int64), 0, 8 * payload.size
    for i in range(count):
        if position >= total or symbol[position] < 0 or position + step[position] > total:
            break
        out[i] = symbol[position]
        position += step[position]
    return out


def _windows(payload: np.ndarray, width: int) -> np.ndarray:
    """The ``width`` <= 56 bits (uint64) that start at each bit of ``payload``, zeros after its end."""
    padded = np.concatenate([payload, np.zeros(8, np.uint8)]).astype(np.uint64)
    at_byte = np.zeros(payload.size, np.uint64)
    for k in range(8):
        at_byte |= padded[k : k + payload.size] << np.uint64(56 - 8 * k)
    shifted = at_byte[:, None] << np.arange(8, dtype=np.uint64)
    return (shifted >> np.uint64(64 - width)).reshape(-1)
