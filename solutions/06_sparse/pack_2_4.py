"""Reference answer: a 2:4 sparse matrix as values and packed places."""

import numpy as np


def pack_2_4(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(values, meta)``, the two stored values of each group of four and their packed places."""
    out, columns = w.shape  # ValueError unless 2-D
    if columns % 4:
        raise ValueError(f"the number of columns must be a multiple of 4; got {columns}")
    count = columns // 4
    groups = w.reshape(out, count, 4)
    empty = groups == 0
    if (empty.sum(axis=2) < 2).any():
        raise ValueError("a group of four holds more than two entries that are not 0; prune it first")

    # False sorts before True: the places of the entries come first, then the free ones, both rising because the sort is
    # stable. Two of them are stored; sorted again, since a free place may stand before the entry.
    places = np.sort(np.argsort(empty, kind="stable")[:, :, :2])
    values = np.take_along_axis(groups, places, 2).reshape(out, 2 * count)

    # One nibble for each group, and one of padding if their number is odd; then two nibbles for each byte.
    nibbles = np.zeros((out, count + count % 2), np.uint8)
    nibbles[:, :count] = places[:, :, 0] | places[:, :, 1] << 2
    return values, nibbles[:, ::2] | nibbles[:, 1::2] << 4
