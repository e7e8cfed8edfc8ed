"""Right answers to deep_compression_bytes in other styles; each must pass."""

import heapq
from collections import Counter

import numpy as np


def array_of_gaps(codes, *, k, index_bits):
    """All gaps at once by differences; only the counts of both streams are made, and their code lengths."""
    codes = np.asarray(codes)
    if codes.ndim != 2 or k < 2 or k > 256 or index_bits not in range(1, 9):
        raise ValueError("arguments")
    if codes.size and (int(codes.min()) < 0 or int(codes.max()) > k - 1):
        raise ValueError("codes")
    flat = codes.reshape(-1).astype(np.int64)
    places = np.flatnonzero(flat)
    zeros = np.diff(places, prepend=-1) - 1
    fillers = int((zeros >> index_bits).sum())
    gaps = np.bincount(zeros & (2**index_bits - 1), minlength=2**index_bits)
    gaps[-1] += fillers
    values = np.bincount(flat[places], minlength=k)
    values[0] = fillers

    def size(counts):
        heap = [(int(c), i, 0) for i, c in enumerate(counts) if c]
        if len(heap) <= 1:
            return (int(counts.sum()) + 7) // 8
        heapq.heapify(heap)
        fresh = len(counts)
        while len(heap) > 1:
            a, b = heapq.heappop(heap), heapq.heappop(heap)
            heapq.heappush(heap, (a[0] + b[0], fresh, a[2] + b[2] + a[0] + b[0]))
            fresh += 1
        return (heap[0][2] + 7) // 8

    found = {"gaps": size(gaps), "codes": size(values), "tables": 2**index_bits + k, "codebook": 4 * k - 4}
    found["total"] = sum(found.values())
    found["entries"] = len(places) + fillers
    return found


def walking(codes, *, k, index_bits):
    """Walks over the zeros; sorts the counts again after each join."""
    if codes.ndim != 2 or not (1 < k < 257) or not (0 < index_bits < 9):
        raise ValueError("arguments")
    flat = [int(c) for c in codes.ravel()]
    if any(c not in range(k) for c in flat):
        raise ValueError("codes")
    most, entries, waiting, zeros = 2**index_bits - 1, [], [], 0
    for c in flat:
        if c:
            entries += [*waiting, (zeros, c)]
            waiting, zeros = [], 0
        elif zeros == most:
            waiting.append((most, 0))
            zeros = 0
        else:
            zeros += 1

    def size(stream):
        counts, bits = list(Counter(stream).values()), 0
        if len(counts) == 1:
            bits = counts[0]
        while len(counts) > 1:
            counts.sort(reverse=True)
            joined = counts.pop() + counts.pop()
            counts.append(joined)
            bits += joined
        return bits // 8 + (bits % 8 > 0)

    gaps, values = size([g for g, _ in entries]), size([c for _, c in entries])
    tables, codebook = most + 1 + k, 4 * (k - 1)
    return {
        "entries": len(entries),
        "gaps": gaps,
        "codes": values,
        "tables": tables,
        "codebook": codebook,
        "total": gaps + values + tables + codebook,
    }
