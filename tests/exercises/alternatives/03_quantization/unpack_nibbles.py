"""Right answers to unpack_nibbles in other styles; each must pass."""

import numpy as np


def two_loops(packed, *, columns):
    """One code at a time, by division."""
    if len(packed.shape) != 2 or columns not in (2 * packed.shape[1], max(0, 2 * packed.shape[1] - 1)):
        raise ValueError("shape or columns")
    codes = np.zeros((packed.shape[0], columns), np.uint8)
    for i in range(packed.shape[0]):
        for j in range(columns):
            codes[i, j] = divmod(int(packed[i, j // 2]), 16)[1 - j % 2]
    return codes


def as_bits(packed, *, columns):
    """All bits of a row, least significant first, four by four."""
    if packed.ndim != 2 or columns < 0 or packed.shape[1] * 2 not in (columns, columns + 1):
        raise ValueError("shape or columns")
    if columns % 2 == 0 and packed.shape[1] * 2 != columns:
        raise ValueError("columns")
    bits = np.unpackbits(packed, axis=1, count=4 * columns, bitorder="little")
    return bits.reshape(len(packed), columns, 4) @ np.array([1, 2, 4, 8], np.uint8)


def repeat_and_shift(packed, *, columns):
    """Each byte twice, shifted by 0 and 4 in turn, then masked."""
    if packed.ndim != 2 or columns < 0 or packed.shape[1] != columns // 2 + columns % 2:
        raise ValueError("shape or columns")
    twice = np.repeat(packed, 2, axis=1)[:, :columns]
    shifts = np.arange(columns) % 2 * 4
    return (twice >> shifts & 0xF).astype(np.uint8)


def table(packed, *, columns):
    """A table of the two codes of every byte."""
    if np.ndim(packed) != 2 or columns < 0 or np.shape(packed)[1] != -(-columns // 2):
        raise ValueError("shape or columns")
    pairs = np.array([(byte % 16, byte // 16) for byte in range(256)], np.uint8)
    return np.asfortranarray(pairs[packed].reshape(len(packed), 2 * packed.shape[1])[:, :columns])
