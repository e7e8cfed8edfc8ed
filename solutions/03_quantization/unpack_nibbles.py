"""Reference answer: two 4-bit codes out of each byte."""

import numpy as np


def unpack_nibbles(packed: np.ndarray, *, columns: int) -> np.ndarray:
    """Return the (rows, columns) uint8 codes, low nibble first."""
    if packed.ndim != 2:
        raise ValueError(f"packed must be 2-D; got shape {packed.shape}")
    # The bytes alone do not tell whether the last nibble is a code or padding; the number of columns does.
    rows, size = packed.shape
    if columns < 0 or size != (columns + 1) // 2:
        raise ValueError(f"columns must be {2 * size} or one less for {size} bytes per row; got {columns}")

    # Room for both nibbles of every byte, written in turn: even columns are low nibbles, odd ones high.
    codes = np.empty((rows, 2 * size), np.uint8)
    codes[:, 0::2] = packed & 15  # bits 0 to 3
    codes[:, 1::2] = packed >> 4  # bits 4 to 7; unsigned, so zeros come in from the left

    # In an odd row the last nibble is padding.
    return codes[:, :columns]
