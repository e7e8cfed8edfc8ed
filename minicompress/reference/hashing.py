"""The hash of HashedNets: which shared value, and with which sign, stands at each place of a virtual matrix.

    n = (i * columns + j) mod 2^32,   h = mix(n xor mix(seed)),   value = h mod k,   sign = -1 if mix(h) >= 2^31
    mix(h):  h ^= h >> 16;  h *= 0x85ebca6b;  h ^= h >> 13;  h *= 0xc2b2ae35;  h ^= h >> 16      (all in 32 bits)

``mix`` is the finaliser of MurmurHash3 (Appleby, public domain). Source: Chen et al. 2015, arXiv:1504.04788, which
uses xxHash; any hash that scatters well will do.
"""

from __future__ import annotations

import numpy as np

__all__ = ["hashed_places"]


def hashed_places(rows: np.ndarray, columns: int, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Index int64 in 0 .. k - 1 and sign float32 (1 or -1) of each place in ``rows`` (n,): both (n, columns).

    >>> hashed_places(np.arange(2), 3, 4, 0)[0].shape
    (2, 3)
    """
    place = rows[:, None].astype(np.int64) * columns + np.arange(columns)
    h = _mix(place.astype(np.uint32) ^ _mix(np.full(1, seed, np.uint32)))
    negative = _mix(h) >> np.uint32(31)
    return (h % np.uint32(k)).astype(np.int64), np.where(negative, np.float32(-1), np.float32(1))


def _mix(h: np.ndarray) -> np.ndarray:
    """Scatter uint32 values: every bit of the input moves every bit of the output. (Products wrap around.)"""
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))
