"""Bit packing: codes of 1 to 8 bits laid end to end, least significant bit first, each row starting on a byte."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops

__all__ = ["pack_bits", "unpack_bits"]


def pack_bits(codes: Any, *, bits: int) -> np.ndarray:
    """Pack integers 0 .. 2**bits - 1 of shape (..., n) into uint8 (..., ceil(n * bits / 8)).

    >>> pack_bits([1, 2, 3], bits=4)
    array([33,  3], dtype=uint8)
    """
    width = checks.integer(bits, "bits", low=1, high=8)
    values = checks.int_array(codes, "codes", low=0, high=2**width - 1)
    if values.ndim == 0 or values.size == 0:
        raise ValueError(f"codes must have at least one dimension and one element; got {checks.describe(values)}")
    rows = np.ascontiguousarray(values.reshape(-1, values.shape[-1]), np.uint8)
    return ops.pack_bits(rows, width).reshape(*values.shape[:-1], -1)


def unpack_bits(packed: Any, *, bits: int, count: int) -> np.ndarray:
    """Undo :func:`pack_bits`: uint8 (..., bytes) to uint8 codes (..., count).

    >>> unpack_bits([33, 3], bits=4, count=3)
    array([1, 2, 3], dtype=uint8)
    """
    width = checks.integer(bits, "bits", low=1, high=8)
    length = checks.integer(count, "count", low=1)
    stream = checks.int_array(packed, "packed", low=0, high=255)
    if stream.ndim == 0 or stream.shape[-1] != (length * width + 7) // 8:
        raise ValueError(
            f"packed must have {(length * width + 7) // 8} bytes in its last dimension for {length} codes of "
            f"{width} bits; got {checks.describe(stream)}"
        )
    rows = np.ascontiguousarray(stream.reshape(-1, stream.shape[-1]), np.uint8)
    return ops.unpack_bits(rows, width, length).reshape(*stream.shape[:-1], length)
