"""Twins of :mod:`minicompress.reference.rans`: one pass over the symbols, each step a few integer instructions.

    words      [state 0][state 1] ... [next word of whichever lane runs short] ...
    symbol_at  2^scale_bits numbers of 16 bits: slot -> symbol            32 KB at 14 bits, the first cache
    steps      for each symbol: frequency << 32 | cumulative sum          2 KB for 256 symbols

A decoded symbol is 3 loads (state, symbol, step), 1 product and about 10 more instructions. They form a chain of some
20 cycles, but only within a lane: the next symbol belongs to another lane, so the CPU works on several at a time. That
a state runs short happens at random; the word is read in any case and chosen without a branch.

A message is one stream, so one thread decodes it.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels.compiler import arguments, kernel, unpack
from minicompress.kernels.threads import launch

__all__ = ["rans_pack", "rans_unpack"]

_PACK = arguments("int64[::1], uint64[::1], int64, uint64[::1], uint32[::1], int64[::1]")
_UNPACK = arguments("uint32[::1], uint16[::1], uint64[::1], int64, uint64[::1], int64[::1], int64[::1]")
_LOW, _WORD, _HALF = np.uint64(2**31), np.uint64(2**32 - 1), np.uint64(32)


def _tables(frequencies: np.ndarray) -> tuple[int, np.ndarray]:
    """(scale_bits, frequency << 32 | cumulative sum before each symbol)."""
    f = frequencies.astype(np.uint64)
    ends = np.cumsum(f)
    return int(ends[-1]).bit_length() - 1, f << _HALF | (ends - f)


@kernel(_PACK, error_model="numpy")
def _pack(table, part, parts):  # type: ignore[no-untyped-def]
    symbols, steps, scale_bits, state, words, first = unpack(table, _PACK)
    lanes, at = state.size, words.size
    shift = np.uint64(scale_bits)
    lane = (symbols.size - 1) % lanes
    for i in range(symbols.size - 1, -1, -1):
        x, step = state[lane], steps[symbols[i]]
        f, c = step >> _HALF, step & _WORD
        if x >= f << (np.uint64(63) - shift):
            at -= 1
            words[at] = x & _WORD
            x >>= _HALF
        whole = x // f
        state[lane] = (whole << shift) + c + (x - whole * f)
        lane = lane - 1 if lane > 0 else lanes - 1
    first[0] = at


def rans_pack(symbols: np.ndarray, frequencies: np.ndarray, lanes: int) -> np.ndarray:
    """Words uint32 of ``symbols`` (n,): two for each lane's last state, then those that the decoder reads, in order."""
    scale_bits, steps = _tables(frequencies)
    state, first = np.full(lanes, _LOW), np.zeros(1, np.int64)
    words = np.empty(symbols.size, np.uint32)  # filled from its end; no symbol needs more than one
    launch(_pack, 1, np.ascontiguousarray(symbols, np.int64), steps, scale_bits, state, words, first)
    states = np.stack([state & _WORD, state >> _HALF], axis=1).astype(np.uint32)
    return np.concatenate([states.reshape(-1), words[first[0] :]])


@numba.njit(inline="always")
def _step(x, symbol_at, steps, shift, mask):  # type: ignore[no-untyped-def]
    """The symbol that state ``x`` shows, and the state without it."""
    slot = x & mask
    s = np.uint64(symbol_at[slot])
    step = steps[s]
    return s, (step >> _HALF) * (x >> shift) + slot - (step & _WORD)


@kernel(_UNPACK)
def _unpack(table, part, parts):  # type: ignore[no-untyped-def]
    words, symbol_at, steps, scale_bits, state, out, used = unpack(table, _UNPACK)
    lanes, position = state.size, np.uint64(0)
    shift, mask = np.uint64(scale_bits), np.uint64((1 << scale_bits) - 1)
    for start in range(0, out.size, lanes):
        width = min(lanes, out.size - start)
        if position + np.uint64(width) <= np.uint64(words.size):  # enough, whatever the lanes need
            for lane in range(width):
                s, x = _step(state[lane], symbol_at, steps, shift, mask)
                refilled = x << _HALF | np.uint64(words[position])
                short = x < _LOW
                state[lane] = refilled if short else x
                position += np.uint64(short)
                out[start + lane] = s
            continue
        for lane in range(width):
            s, x = _step(state[lane], symbol_at, steps, shift, mask)
            if x < _LOW:
                if position == np.uint64(words.size):
                    used[0] = -1
                    return
                x = x << _HALF | np.uint64(words[position])
                position += np.uint64(1)
            state[lane] = x
            out[start + lane] = s
    used[0] = position


def rans_unpack(words: np.ndarray, frequencies: np.ndarray, lanes: int, count: int) -> np.ndarray:
    """Undo :func:`rans_pack`: ``count`` symbols, int64; all -1 if the words are not those of such a message."""
    scale_bits, steps = _tables(frequencies)
    symbol_at = np.repeat(np.arange(frequencies.size, dtype=np.uint16), frequencies)
    low, high = words[: 2 * lanes].reshape(lanes, 2).T.astype(np.uint64)
    state, used = low | (high << _HALF), np.zeros(1, np.int64)
    stream = np.ascontiguousarray(words[2 * lanes :], np.uint32)
    out = np.empty(count, np.int64)
    launch(_unpack, 1, stream, symbol_at, steps, scale_bits, state, out, used)
    # The encoder began at L and every word was written by it: anything else is damage.
    if used[0] != stream.size or not (state == _LOW).all():
        out[:] = -1
    return out
