"""Right answers to huffman_code_lengths in other styles; each must pass."""

from collections import deque

import numpy as np


def two_queues(counts):
    """Sorted once: the joined groups come out in ascending order by themselves. Depths from the parents."""
    if np.ndim(counts) != 1 or len(counts) == 0 or counts.min() < 0 or counts.max() == 0:
        raise ValueError("counts")
    leaves = deque(sorted((int(c), s) for s, c in enumerate(counts) if c > 0))
    inner, parent, fresh = deque(), {}, len(counts)

    def smallest():
        return leaves.popleft() if not inner or (leaves and leaves[0][0] <= inner[0][0]) else inner.popleft()

    alone = len(leaves) == 1
    while len(leaves) + len(inner) > 1:
        (a, left), (b, right) = smallest(), smallest()
        parent[left] = parent[right] = fresh
        inner.append((a + b, fresh))
        fresh += 1
    lengths = np.zeros(len(counts), int)
    for s, c in enumerate(counts):
        node = s
        while node in parent:
            node, lengths[s] = parent[node], lengths[s] + 1
        if alone and c:
            lengths[s] = 1
    return lengths


def joins_in_other_order(counts):
    """A sorted list in place of a heap; of equal groups the one that was made last is joined first."""
    if counts.ndim != 1 or any(int(c) < 0 for c in counts) or not any(int(c) for c in counts):
        raise ValueError("counts")
    groups = [(int(c), {s: 0}) for s, c in enumerate(counts) if c]
    if len(groups) == 1:
        return (counts > 0).astype(np.uint8)
    while len(groups) > 1:
        groups = sorted(groups[::-1], key=lambda g: -g[0])
        a, b = groups.pop(), groups.pop()
        groups.append((a[0] + b[0], {s: n + 1 for s, n in {**a[1], **b[1]}.items()}))
    found = groups[0][1]
    return np.array([found.get(s, 0) for s in range(len(counts))], np.int32)
