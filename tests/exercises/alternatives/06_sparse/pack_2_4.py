"""Right answers to pack_2_4 in other styles; each must pass."""

import numpy as np


def loops(w):
    """Group by group, with Python integers."""
    if w.ndim != 2 or w.shape[1] % 4 != 0:
        raise ValueError("shape")
    values, meta = [], []
    for row in w:
        kept, code = [], 0
        for g in range(0, len(row), 4):
            places = [k for k in range(4) if row[g + k] != 0]
            if len(places) > 2:
                raise ValueError("three")
            free = [k for k in range(4) if k not in places]
            first, second = sorted(places + free[: 2 - len(places)])
            kept += [row[g + first], row[g + second]]
            code |= (first | second << 2) << g
        values.append(kept)
        meta.append(list(code.to_bytes(-(-len(row) // 8), "little")))
    shape = (len(w), w.shape[1] // 2), (len(w), -(-w.shape[1] // 8))
    return np.array(values, w.dtype).reshape(shape[0]), np.array(meta, np.uint8).reshape(shape[1])


def bits(w):
    """A mask with exactly two True in each group, then packbits."""
    if w.ndim != 2 or w.shape[1] % 4:
        raise ValueError("shape")
    groups = w.reshape(-1, 4)
    mask = groups != 0
    if (mask.sum(axis=1) > 2).any():
        raise ValueError("three")
    for k in range(4):
        mask[:, k] |= mask.sum(axis=1) < 2
    places = np.nonzero(mask)[1].reshape(len(w), w.shape[1] // 2).astype(np.uint8)
    flat = np.stack([places & 1, places >> 1], axis=-1).reshape(len(w), places.shape[1] * 2)
    return groups[mask].reshape(len(w), w.shape[1] // 2), np.packbits(flat, axis=1, bitorder="little")
