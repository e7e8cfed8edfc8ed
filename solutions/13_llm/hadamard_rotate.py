"""Reference answer: the randomized Hadamard rotation."""

import numpy as np


def hadamard_rotate(x: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Return Q v for each run v on the last axis of ``x``."""
    n = x.shape[-1]
    if n.bit_count() != 1:  # a power of two has a single bit; 0 has none
        raise ValueError(f"the last axis must be a power of two; got {n}")
    if signs.shape != (n,):
        raise ValueError(f"signs must have shape ({n},); got {signs.shape}")
    if (np.abs(signs) != 1).any():
        raise ValueError("signs must be -1 or 1")

    # D first: H alone maps a constant vector to a single spike; random signs make such a bad case improbable.
    y = x * signs  # int8 leaves float32 as it is

    # H_2n = [[H, H], [H, -H]] read as an algorithm: halves a and b become a + b and a - b. The stages commute, because
    # H is a Kronecker product of log2(n) matrices [[1, 1], [1, -1]], one for each bit of the index.
    width = 1
    while width < n:
        pieces = y.reshape(*x.shape[:-1], n // width // 2, 2, width)
        a, b = pieces[..., 0, :], pieces[..., 1, :]
        y = np.stack([a + b, a - b], axis=-2).reshape(x.shape)
        width *= 2

    # H^T H = n I, so 1 / sqrt(n) makes Q orthogonal. A Python float keeps float32.
    return y / n**0.5
