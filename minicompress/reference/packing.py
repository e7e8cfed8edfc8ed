"""Bit packing: b-bit codes laid end to end in bytes, least significant bit first, each row starting on a byte.

    codes  (b = 3)      5      2      7 ...
    bits, LSB first   1 0 1  0 1 0  1 1 1 ...
    bytes             [1 0 1 0 1 0 1 1] [1 ...

At b = 4 this puts the even column in the low nibble of its byte; at b = 8 it is the identity.
"""

from __future__ import annotations

import numpy as np

__all__ = ["pack_bits", "unpack_bits"]


def pack_bits(codes: np.ndarray, bits: int) -> np.ndarray:
    """Pack ``codes`` (rows, columns), uint8 below 2**bits, into (rows, ceil(columns * bits / 8)) bytes.

    >>> pack_bits(np.array([[5, 2, 7]], np.uint8), 3)
    array([[213,   1]], dtype=uint8)
    """
    rows, columns = codes.shape
    # Shape: (rows, columns, 8), bit i of each code at [..., i].
    single_bits = np.unpackbits(codes[:, :, None], axis=2, bitorder="little")
    stream = single_bits[:, :, :bits].reshape(rows, columns * bits)
    return np.packbits(stream, axis=1, bitorder="little")


def unpack_bits(packed: np.ndarray, bits: int, columns: int) -> np.ndarray:
    """Undo :func:`pack_bits`: (rows, bytes) to uint8 codes (rows, columns).

    >>> unpack_bits(np.array([[213, 1]], np.uint8), 3, 3)
    array([[5, 2, 7]], dtype=uint8)
    """
    rows = packed.shape[0]
    stream = np.unpackbits(packed, axis=1, count=columns * bits, bitorder="little")
    single_bits = np.zeros((rows, columns, 8), np.uint8)
    single_bits[:, :, :bits] = stream.reshape(rows, columns, bits)
    return np.packbits(single_bits, axis=2, bitorder="little")[:, :, 0]
