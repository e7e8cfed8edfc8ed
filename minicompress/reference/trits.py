"""Base-3 packing: five digits 0, 1, 2 in a byte, since 3^5 = 243 <= 256: 1.6 bits a digit, where log2(3) = 1.585.

byte = d0 + 3 d1 + 9 d2 + 27 d3 + 81 d4. Each row starts on a byte and is padded with digit 0.
"""

from __future__ import annotations

import numpy as np

__all__ = ["pack_trits", "unpack_trits"]

_POWERS = np.array([1, 3, 9, 27, 81], np.uint8)


def pack_trits(digits: np.ndarray) -> np.ndarray:
    """Pack ``digits`` (rows, columns), uint8 below 3, into (rows, ceil(columns / 5)) bytes.

    >>> pack_trits(np.uint8([[2, 1, 0, 0, 2, 1]]))
    array([[167,   1]], dtype=uint8)
    """
    rows, columns = digits.shape
    padded = np.zeros((rows, -(-columns // 5), 5), np.uint8)
    padded.reshape(rows, -1)[:, :columns] = digits
    return (padded * _POWERS).sum(axis=2, dtype=np.uint8)


def unpack_trits(packed: np.ndarray, columns: int) -> np.ndarray:
    """Undo :func:`pack_trits`: (rows, bytes) to uint8 digits (rows, columns).

    >>> unpack_trits(np.uint8([[167, 1]]), 6)
    array([[2, 1, 0, 0, 2, 1]], dtype=uint8)
    """
    digits = packed[:, :, None] // _POWERS % np.uint8(3)
    return digits.reshape(len(packed), packed.shape[1] * 5)[:, :columns]
