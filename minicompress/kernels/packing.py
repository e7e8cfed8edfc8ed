"""Twins of :mod:`minicompress.reference.packing`: eight codes at a time in one 64-bit word, in parallel over rows.

Eight codes of b bits are pushed together in three steps, each halving the gaps:

    8 bytes      .......a .......b .......c .......d ...      8 fields of b bits
    step 1       .............. ba .............. dc ...      4 fields of 2 b bits
    step 2       ............................   dcba ...      2 fields of 4 b bits
    step 3       8 b bits = b bytes

NumPy builds eight bytes per code on the way. Words are little-endian, as on every CPU that numba supports.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels.compiler import Kernel, arguments, kernel, unpack
from minicompress.kernels.threads import launch, parts_for, share
from minicompress.kernels.vector import load_word, store_word

__all__ = ["pack_bits", "unpack_bits"]

_LEAST_WORK = 60_000  # codes that are worth a part of their own
_KINDS = arguments("uint8[:, ::1], int64, uint8[:, ::1]")
_PAIRS = arguments("uint16[::1], uint8[::1]")
_B8, _B16, _B32 = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF), np.uint64(0x00000000FFFFFFFF)


@numba.njit(inline="always")
def _close(word, gap, field, mask):  # type: ignore[no-untyped-def]
    """Move every second field of ``gap`` bits next to the one before it, of which ``field`` bits are used."""
    return (word & mask) | (((word >> np.uint64(gap)) & mask) << np.uint64(field))


@numba.njit(inline="always")
def _open(word, gap, field, mask):  # type: ignore[no-untyped-def]
    """Undo :func:`_close`; ``mask`` keeps ``field`` bits of each ``2 * gap``."""
    return (word & mask) | (((word >> np.uint64(field)) & mask) << np.uint64(gap))


@numba.njit
def _pack_row(codes, bits, packed, row):  # type: ignore[no-untyped-def]
    columns, row_bytes = codes.shape[1], packed.shape[1]
    whole = columns // 8
    source, target = row * columns, row * row_bytes
    for k in range(whole):
        word = _close(load_word(codes, source + 8 * k), 8, bits, _B8)
        word = _close(word, 16, 2 * bits, _B16)
        word = _close(word, 32, 4 * bits, _B32)
        if bits * k + 8 <= row_bytes:  # the bytes after these b are written again, by the next word
            store_word(packed, target + bits * k, word)
        else:
            for j in range(bits):
                packed[row, bits * k + j] = (word >> np.uint64(8 * j)) & np.uint64(255)
    _pack_rest(codes[row, 8 * whole :], bits, packed[row, bits * whole :])


@numba.njit
def _pack_rest(codes, bits, packed):  # type: ignore[no-untyped-def]
    """Fewer than eight codes, one by one."""
    word = np.uint64(0)
    for c in range(codes.size):
        word |= np.uint64(codes[c]) << np.uint64(bits * c)
    for j in range(packed.size):
        packed[j] = (word >> np.uint64(8 * j)) & np.uint64(255)


@numba.njit
def _unpack_row(packed, bits, codes, row):  # type: ignore[no-untyped-def]
    columns, row_bytes = codes.shape[1], packed.shape[1]
    one = np.uint64((1 << bits) - 1)
    two = one | one << np.uint64(bits)
    four = two | two << np.uint64(2 * bits)
    ones = one * np.uint64(0x0001000100010001)
    twos = two * np.uint64(0x0000000100000001)
    for k in range((columns + 7) // 8):
        at = bits * k
        if at + 8 <= row_bytes:
            word = load_word(packed, row * row_bytes + at)
        else:
            word = np.uint64(0)
            for j in range(row_bytes - at):
                word |= np.uint64(packed[row, at + j]) << np.uint64(8 * j)
        word = _open(word, 32, 4 * bits, four)
        word = _open(word, 16, 2 * bits, twos)
        word = _open(word, 8, bits, ones)
        if 8 * k + 8 <= columns:
            store_word(codes, row * columns + 8 * k, word)
        else:
            for j in range(columns - 8 * k):
                codes[row, 8 * k + j] = (word >> np.uint64(8 * j)) & np.uint64(255)


@kernel(_KINDS)
def _pack(table, part, parts):  # type: ignore[no-untyped-def]
    codes, bits, packed = unpack(table, _KINDS)
    first, last = share(codes.shape[0], part, parts)
    for row in range(first, last):
        _pack_row(codes, bits, packed, row)


@kernel(_KINDS)
def _unpack(table, part, parts):  # type: ignore[no-untyped-def]
    packed, bits, codes = unpack(table, _KINDS)
    first, last = share(codes.shape[0], part, parts)
    for row in range(first, last):
        _unpack_row(packed, bits, codes, row)


@kernel(_PAIRS)
def _pack_pairs(table, part, parts):  # type: ignore[no-untyped-def]
    pairs, packed = unpack(table, _PAIRS)
    first, last = share(packed.size, part, parts)
    source, target = pairs[first:last], packed[first:last]
    for i in range(target.size):
        target[i] = (source[i] | source[i] >> 4) & 255


@kernel(_PAIRS)
def _unpack_pairs(table, part, parts):  # type: ignore[no-untyped-def]
    pairs, packed = unpack(table, _PAIRS)
    first, last = share(packed.size, part, parts)
    target, source = pairs[first:last], packed[first:last]
    for i in range(source.size):
        pair = np.uint16(source[i])
        target[i] = (pair | pair << 4) & 0x0F0F


def _launch(
    rows_kernel: Kernel, pairs_kernel: Kernel, codes: np.ndarray, packed: np.ndarray, bits: int, reads: bool
) -> None:
    """Run over the rows; 4-bit codes whose rows are whole bytes are one long row of pairs, in vector registers."""
    parts = parts_for(codes.size, _LEAST_WORK)
    # Another dtype goes on to the kernel that refuses it; as pairs it would be misread.
    if bits == 4 and codes.dtype == np.uint8 and codes.shape[1] % 2 == 0:
        launch(pairs_kernel, parts, codes.reshape(-1).view(np.uint16), packed.reshape(-1))
    else:
        rows = codes.shape[0]
        launch(rows_kernel, min(parts, max(1, rows)), *((codes, bits, packed) if reads else (packed, bits, codes)))


def pack_bits(codes: np.ndarray, bits: int) -> np.ndarray:
    """Pack uint8 codes (rows, columns) into (rows, ceil(columns * bits / 8)) bytes, least significant bit first."""
    rows, columns = codes.shape
    packed = np.empty((rows, (columns * bits + 7) // 8), np.uint8)
    _launch(_pack, _pack_pairs, np.ascontiguousarray(codes), packed, bits, True)
    return packed


def unpack_bits(packed: np.ndarray, bits: int, columns: int) -> np.ndarray:
    """Undo :func:`pack_bits`: uint8 codes (rows, columns)."""
    codes = np.empty((packed.shape[0], columns), np.uint8)
    _launch(_unpack, _unpack_pairs, codes, np.ascontiguousarray(packed), bits, False)
    return codes
