"""rANS: one integer state holds the whole message; a symbol of probability p adds log2(1/p) bits, whole or not.

With frequencies f_s that sum to M = 2^scale_bits, cumulative c_s, and a state kept in [L, 2^32 L), L = 2^31:

    encode   while x >= 2^32 (L / M) f_s: write 32 bits of x;   x = M floor(x / f_s) + c_s + x mod f_s
    decode   slot = x mod M, s with c_s <= slot < c_{s+1};      x = f_s floor(x / M) + slot - c_s;   x < L: read 32 bits

The encoder runs backwards over the symbols, so that the decoder runs forwards. Symbol i belongs to lane i mod lanes,
each lane with a state of its own: lanes run side by side and share one stream of words.
Source: Duda 2013, arXiv:1311.2540; Giesen 2014, arXiv:1402.3392 (lanes).
"""

from __future__ import annotations

import numpy as np

__all__ = ["rans_frequencies", "rans_pack", "rans_unpack"]

_LOW = np.uint64(2**31)


def rans_frequencies(counts: np.ndarray, scale_bits: int) -> np.ndarray:
    """Scale ``counts`` to uint32 frequencies that sum to 2^scale_bits, none that occurs below 1.

    >>> rans_frequencies(np.array([97, 2, 1, 0]), 4)
    array([14,  1,  1,  0], dtype=uint32)
    """
    total = 2**scale_bits
    wanted = counts.astype(np.float64) * (total / counts.sum())
    frequencies = np.where(counts > 0, np.maximum(np.floor(wanted), 1), 0).astype(np.int64)
    # Give or take one at a time, each where it costs the message the fewest bits: counts_s log2((f +- 1) / f).
    missing = total - int(frequencies.sum())
    for _ in range(abs(missing)):
        can = (counts > 0) & ((frequencies > 1) | (missing > 0))
        step = 1 if missing > 0 else -1
        change = np.full(counts.shape, -np.inf)
        change[can] = counts[can] * np.log2((frequencies[can] + step) / frequencies[can])
        frequencies[int(np.argmax(change))] += step
    return frequencies.astype(np.uint32)


def rans_pack(symbols: np.ndarray, frequencies: np.ndarray, lanes: int) -> np.ndarray:
    """Words uint32 of ``symbols`` (n,): two for each lane's last state, then those that the decoder reads, in order.

    >>> rans_pack(np.array([0, 0, 1, 0]), np.uint32([12, 4]), 1)
    array([3181457256,          4], dtype=uint32)
    """
    scale_bits, f, c = _tables(frequencies)
    state = np.full(lanes, _LOW)
    written: list[np.ndarray] = []
    for start in range((len(symbols) - 1) // lanes * lanes, -1, -lanes):
        s = symbols[start : start + lanes]
        x, fs = state[: len(s)], f[s]
        full = x >= fs << np.uint64(63 - scale_bits)
        written.append((x[full] & np.uint64(2**32 - 1)).astype(np.uint32))
        x = np.where(full, x >> np.uint64(32), x)
        state[: len(s)] = ((x // fs) << np.uint64(scale_bits)) + c[s] + x % fs
    states = np.stack([state & np.uint64(2**32 - 1), state >> np.uint64(32)], axis=1).astype(np.uint32)
    return np.concatenate([states.reshape(-1), *written[::-1]])


def rans_unpack(words: np.ndarray, frequencies: np.ndarray, lanes: int, count: int) -> np.ndarray:
    """Undo :func:`rans_pack`: ``count`` symbols, int64; all -1 if the words are not those of such a message.

    >>> rans_unpack(np.uint32([3181457256, 4]), np.uint32([12, 4]), 1, 4)
    array([0, 0, 1, 0])
    """
    scale_bits, f, c = _tables(frequencies)
    symbol_at = np.repeat(np.arange(f.size), frequencies)
    low, high = words[: 2 * lanes].reshape(lanes, 2).T.astype(np.uint64)
    state, position = low | (high << np.uint64(32)), 2 * lanes
    out = np.full(count, -1, np.int64)
    for start in range(0, count, lanes):
        x = state[: min(lanes, count - start)]
        slot = x & np.uint64(2**scale_bits - 1)
        s = symbol_at[slot]
        x = f[s] * (x >> np.uint64(scale_bits)) + slot - c[s]
        short = x < _LOW
        new = words[position : position + int(short.sum())]
        if new.size < short.sum():
            return np.full(count, -1, np.int64)
        x[short] = (x[short] << np.uint64(32)) | new
        position += new.size
        out[start : start + len(s)], state[: len(s)] = s, x
    # The encoder began at L and every word was written by it: anything else is damage.
    whole = position == words.size and bool((state == _LOW).all())
    return out if whole else np.full(count, -1, np.int64)


def _tables(frequencies: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """(scale_bits, frequencies, cumulative sums before each symbol), uint64."""
    f = frequencies.astype(np.uint64)
    ends = np.cumsum(f)
    return int(ends[-1]).bit_length() - 1, f, ends - f
