"""Reference answer: the dense matrix of a packed 2:4 sparse one."""

import numpy as np


def unpack_2_4(values: np.ndarray, meta: np.ndarray) -> np.ndarray:
    """Return the dense matrix of a packed 2:4 sparse one."""
    # Structure first: it tells the shape of everything else. A shape that is not 2-D cannot be unpacked, and an odd
    # width cannot be reshaped below: both raise ValueError.
    out, width = values.shape
    groups = width // 2
    if meta.dtype != np.uint8 or meta.shape != (out, (groups + 1) // 2):
        raise ValueError(f"values {values.shape} and meta {meta.shape} {meta.dtype} are no packed 2:4 matrix")

    # Bytes to nibbles, the low half first; an odd number of groups leaves one nibble of padding.
    nibbles = np.stack([meta & 15, meta >> 4], axis=2).reshape(out, 2 * meta.shape[1])[:, :groups]
    first, second = nibbles & 3, nibbles >> 2
    if (first >= second).any():  # else two values might land in one place, and one of them be lost
        raise ValueError("the places of a group must rise")

    # Column of each value: four columns for each group before it, plus its place.
    columns = np.stack([first, second], axis=2) + 4 * np.arange(groups)[:, None]
    dense = np.zeros((out, 2 * width), values.dtype)
    np.put_along_axis(dense, columns.reshape(out, width), values, axis=1)
    return dense
