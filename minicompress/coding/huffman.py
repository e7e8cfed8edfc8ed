"""Huffman coding: short words for frequent symbols, whole bits each."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops

__all__ = ["huffman_decode", "huffman_encode"]

_MOST = 2**16 - 1  # largest symbol


def huffman_encode(symbols: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return (payload, lengths): the canonical words of ``symbols`` end to end, and the table that tells the words.

        H <= bits a symbol < H + 1;   one symbol alone takes 1 bit each, though its entropy is 0

    Parameters
    ----------
    symbols : integers 0 .. 65535, any shape, at least one

    Returns
    -------
    payload : (bytes,) uint8
        Most significant bit first; the last byte is filled with zeros.
    lengths : (largest symbol + 1,) uint8
        Bits of each symbol's word, 0 if it does not occur. It has to be stored with the payload.

    Source: Huffman 1952.

    Examples
    --------
    >>> payload, lengths = huffman_encode([0, 0, 0, 1, 0, 2])
    >>> lengths, payload.size, huffman_decode(payload, lengths, count=6)
    (array([1, 2, 2], dtype=uint8), 1, array([0, 0, 0, 1, 0, 2]))
    """
    values = checks.int_array(symbols, "symbols", low=0, high=_MOST)
    if values.size == 0:
        raise ValueError("symbols is empty; at least one is needed")
    flat = values.reshape(-1).astype(np.int64)
    lengths = ops.huffman_lengths(np.bincount(flat))
    return ops.huffman_pack(flat, lengths), lengths


def huffman_decode(payload: Any, lengths: Any, *, count: int) -> np.ndarray:
    """Undo :func:`huffman_encode`: ``count`` symbols, int64, flat.

    Raises
    ------
    ValueError
        If ``lengths`` are not those of a prefix code (sum of 2^-length = 1, or one symbol of 1 bit), or ``payload``
        ends before ``count`` symbols.
    """
    stream = checks.int_array(payload, "payload", ndim=1, low=0, high=255).astype(np.uint8)
    table = checks.int_array(lengths, "lengths", ndim=1, low=0, high=56).astype(np.uint8)
    n = checks.integer(count, "count", low=0)
    used = table[table > 0].astype(np.float64)
    kraft = float((2.0**-used).sum())
    if kraft != 1 and used.tolist() != [1]:
        raise ValueError(f"lengths must be those of a prefix code, with a sum of 2^-length of 1; got {kraft}")
    symbols = ops.huffman_unpack(stream, table, n) if n <= 8 * stream.size else np.full(1, -1)
    if n and symbols[-1] < 0:
        raise ValueError(f"payload of {stream.size} bytes ends before {n} symbols, or holds a word that is none")
    return symbols
