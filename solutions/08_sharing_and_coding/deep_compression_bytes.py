"""Reference answer: all bytes of a layer under Deep Compression."""

import heapq
from collections import Counter

import numpy as np


def _huffman_bytes(stream: list[int]) -> int:
    """A join of two groups costs one bit for each symbol in them: the total is the sum of all joins."""
    heap = list(Counter(stream).values())
    heapq.heapify(heap)
    bits = len(stream) if len(heap) == 1 else 0  # one symbol alone has nothing to join, but a bit each
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        bits += joined
        heapq.heappush(heap, joined)
    return -(-bits // 8)  # up to whole bytes


def deep_compression_bytes(codes: np.ndarray, *, k: int, index_bits: int) -> dict[str, int]:
    """Return the bytes of each part of the stored layer, and their sum."""
    if codes.ndim != 2 or not 2 <= k <= 256 or not 1 <= index_bits <= 8:
        raise ValueError("codes must be 2-D, k in 2 .. 256 and index_bits in 1 .. 8")
    if ((codes < 0) | (codes >= k)).any():
        raise ValueError(f"codes must be in 0 .. {k - 1}")

    steps = 2**index_bits  # gaps 0 .. steps - 1; a filler covers steps places: its zeros and its own
    gaps: list[int] = []
    values: list[int] = []
    before = -1  # so that the zeros before the first weight are counted like all others
    for place, code in enumerate(codes.ravel()):
        if code == 0:
            continue
        fillers, gap = divmod(place - before - 1, steps)
        gaps += [steps - 1] * fillers + [gap]
        values += [0] * fillers + [code]
        before = place

    # Huffman sees each stream by itself: gaps are mostly small, codes mostly those of small weights.
    parts = {
        "gaps": _huffman_bytes(gaps),
        "codes": _huffman_bytes(values),
        "tables": steps + k,
        "codebook": 4 * (k - 1),
    }
    return {"entries": len(gaps), **parts, "total": sum(parts.values())}
