"""Right answers to unpack_2_4 in other styles; each must pass."""

import numpy as np


def loops(values, meta):
    """Value by value."""
    if values.ndim != 2 or meta.ndim != 2 or values.shape[1] % 2 or meta.dtype != np.uint8:
        raise ValueError("values or meta")
    groups = values.shape[1] // 2
    if meta.shape != (values.shape[0], -(-groups // 2)):
        raise ValueError("shape")
    dense = np.zeros((len(values), 4 * groups), values.dtype)
    for i, row in enumerate(meta.tolist()):
        for g in range(groups):
            nibble = row[g // 2] >> 4 * (g % 2) & 15
            first, second = nibble & 3, nibble >> 2
            if not first < second:
                raise ValueError("rise")
            dense[i, 4 * g + first] = values[i, 2 * g]
            dense[i, 4 * g + second] = values[i, 2 * g + 1]
    return dense


def table(values, meta):
    """The sixteen nibbles as masks of four; boolean indexing fills them in order."""
    if values.ndim != 2 or values.shape[1] % 2 or meta.dtype != np.uint8:
        raise ValueError("values or meta")
    out, groups = len(values), values.shape[1] // 2
    if meta.shape != (out, (groups + 1) // 2):
        raise ValueError("shape")
    masks = np.zeros((16, 4), bool)
    for nibble in (4, 8, 9, 12, 13, 14):
        masks[nibble, [nibble & 3, nibble >> 2]] = True
    bits = np.unpackbits(meta, axis=1, bitorder="little").reshape(out, 2 * meta.shape[1], 4)[:, :groups]
    chosen = masks[(bits * [1, 2, 4, 8]).sum(axis=2)].reshape(out, 4 * groups)
    if chosen.sum() != values.size:
        raise ValueError("rise")
    dense = np.zeros(chosen.shape, values.dtype)
    dense[chosen] = values.ravel()
    return dense
