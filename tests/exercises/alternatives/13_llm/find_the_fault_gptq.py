"""Right repairs of the blocked GPTQ sweep in other styles; each must pass."""

import numpy as np


def a_view_of_left(w, u, *, scale, bits=4, block_size=128):
    """The block is a view, so that there is one array of weights only."""
    if block_size < 1:
        raise ValueError("block_size")
    top = 2 ** (bits - 1) - 1
    left, codes = w.copy(), np.zeros(w.shape, np.int8)
    for start in range(0, w.shape[1], block_size):
        stop = min(start + block_size, w.shape[1])
        errors = np.zeros((len(w), stop - start))
        for j in range(start, stop):
            codes[:, j] = np.clip(np.rint(left[:, j] / scale), -top, top)
            errors[:, j - start] = (left[:, j] - scale * codes[:, j]) / u[j, j]
            left[:, j + 1 : stop] -= np.outer(errors[:, j - start], u[j, j + 1 : stop])
        left[:, stop:] -= errors @ u[start:stop, stop:]
    return codes


def without_blocks(w, u, *, scale, bits=4, block_size=128):
    """Column by column: slower, and right."""
    if block_size <= 0:
        raise ValueError("block_size")
    top = 2 ** (bits - 1) - 1
    left, codes = np.array(w, order="F"), np.zeros(w.shape, np.int8)
    for j in range(w.shape[1]):
        codes[:, j] = np.rint(left[:, j] / scale).clip(-top, top)
        left[:, j:] -= ((left[:, j] - scale * codes[:, j]) / u[j, j])[:, None] * u[j, j:]
    return codes


def lazy_for_every_column(w, u, *, scale, bits=4, block_size=128):
    """Nothing is carried on: each column adds up all errors before it when its turn comes."""
    if block_size < 1:
        raise ValueError("block_size")
    top = 2 ** (bits - 1) - 1
    errors, codes = np.zeros(w.shape), np.zeros(w.shape, np.int8)
    for j in range(w.shape[1]):
        now = w[:, j] - errors[:, :j] @ u[:j, j]
        codes[:, j] = np.clip(np.round(now / scale), -top, top)
        errors[:, j] = (now - scale * codes[:, j]) / u[j, j]
    return codes
