"""Reference answer: Huffman's algorithm, lengths only."""

import heapq

import numpy as np


def huffman_code_lengths(counts: np.ndarray) -> np.ndarray:
    """Return the bits of each symbol's word in a best prefix code, 0 where the symbol does not occur."""
    if counts.ndim != 1 or (counts < 0).any() or not counts.any():
        raise ValueError("counts must be 1-D and >= 0, with an element above 0")

    # Groups of symbols with the sum of their counts. Python integers do not overflow, and where two sums are equal
    # the heap compares the lists of symbols, which always differ.
    heap = [(int(c), [s]) for s, c in enumerate(counts) if c]
    heapq.heapify(heap)
    lengths = np.zeros(counts.size, int)
    if len(heap) == 1:  # no pair to join; one bit all the same
        lengths[counts > 0] = 1

    # Greedy: the two rarest groups become sisters, so every word in them grows by the bit that tells the sisters apart.
    while len(heap) > 1:
        a, left = heapq.heappop(heap)
        b, right = heapq.heappop(heap)
        lengths[left + right] += 1
        heapq.heappush(heap, (a + b, left + right))
    return lengths
