"""Twins of :mod:`minicompress.reference.packing`: one pass over each row, in parallel over rows.

NumPy builds eight bytes per code on the way; here a small integer register takes codes in and gives bytes out.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from minicompress.kernels.compiler import kernel

__all__ = ["pack_bits", "unpack_bits"]


@kernel(parallel=True)
def pack_bits(codes, bits):  # type: ignore[no-untyped-def]
    """Pack uint8 codes (rows, columns) into (rows, ceil(columns * bits / 8)) bytes, least significant bit first."""
    rows, columns = codes.shape
    row_bytes = (columns * bits + 7) // 8
    packed = np.empty((rows, row_bytes), np.uint8)
    for r in prange(rows):
        register = np.uint32(0)
        held = 0
        at = 0
        for c in range(columns):
            register |= np.uint32(codes[r, c]) << np.uint32(held)
            held += bits
            while held >= 8:
                packed[r, at] = register & np.uint32(255)
                register >>= np.uint32(8)
                held -= 8
                at += 1
        if held > 0:
            packed[r, at] = register & np.uint32(255)
    return packed


@kernel(parallel=True)
def unpack_bits(packed, bits, columns):  # type: ignore[no-untyped-def]
    """Undo :func:`pack_bits`: uint8 codes (rows, columns)."""
    rows = packed.shape[0]
    codes = np.empty((rows, columns), np.uint8)
    mask = np.uint32((1 << bits) - 1)
    for r in prange(rows):
        register = np.uint32(0)
        held = 0
        at = 0
        for c in range(columns):
            if held < bits:
                register |= np.uint32(packed[r, at]) << np.uint32(held)
                held += 8
                at += 1
            codes[r, c] = register & mask
            register >>= np.uint32(bits)
            held -= bits
    return codes
