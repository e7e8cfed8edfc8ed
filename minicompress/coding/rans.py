"""rANS coding: within a fraction of a percent of the entropy, where Huffman rounds every word up to whole bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops

__all__ = ["rans_decode", "rans_encode"]


def rans_encode(symbols: Any, *, scale_bits: int = 14, lanes: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return (words, frequencies): ``symbols`` as one long number, and the table that tells how to read it.

        bits = sum_i log2(2^scale_bits / f_i), up to a thousandth, and 64 for each lane's last state

    Parameters
    ----------
    symbols : integers 0 .. 2**scale_bits - 1, any shape, at least one
    scale_bits : int, 8 to 16
        Frequencies sum to 2^scale_bits; what does not fit that resolution costs bits.
    lanes : int
        Symbols decoded side by side (faster), 8 bytes each.

    Returns
    -------
    words : uint32
    frequencies : (largest symbol + 1,) uint32

    Source: Duda 2013, arXiv:1311.2540.

    Examples
    --------
    >>> words, frequencies = rans_encode([0] * 99 + [1])
    >>> words.nbytes, rans_decode(words, frequencies, count=100)[-2:]
    (8, array([0, 1]))
    """
    bits = checks.integer(scale_bits, "scale_bits", low=8, high=16)
    values = checks.int_array(symbols, "symbols", low=0, high=2**bits - 1)
    if values.size == 0:
        raise ValueError("symbols is empty; at least one is needed")
    flat = values.reshape(-1).astype(np.int64)
    frequencies = ops.rans_frequencies(np.bincount(flat), bits)
    return ops.rans_pack(flat, frequencies, checks.integer(lanes, "lanes", low=1, high=2**16)), frequencies


def rans_decode(words: Any, frequencies: Any, *, count: int, lanes: int = 1) -> np.ndarray:
    """Undo :func:`rans_encode`: ``count`` symbols, int64, flat.

    Raises
    ------
    ValueError
        If ``frequencies`` do not sum to a power of two, or ``words`` are not exactly a message of ``count`` symbols:
        the last state must be the encoder's first, so most damage is noticed.
    """
    stream = checks.int_array(words, "words", ndim=1, low=0, high=2**32 - 1).astype(np.uint32)
    table = checks.int_array(frequencies, "frequencies", ndim=1, low=0, high=2**16).astype(np.uint32)
    n, width = checks.integer(count, "count", low=1), checks.integer(lanes, "lanes", low=1, high=2**16)
    total = int(table.sum(dtype=np.int64))
    if not 2**8 <= total <= 2**16 or total & (total - 1):
        raise ValueError(f"frequencies must sum to a power of two from 2^8 to 2^16; got {total}")
    if stream.size < 2 * width:
        raise ValueError(f"words must hold at least {2 * width} for the states of {width} lanes; got {stream.size}")
    symbols = ops.rans_unpack(stream, table, width, n)
    if symbols[-1] < 0:
        raise ValueError(f"words are not a message of {n} symbols with these frequencies and {width} lanes")
    return symbols
