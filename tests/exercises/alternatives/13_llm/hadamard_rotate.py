"""Right answers to hadamard_rotate in other styles; each must pass."""

import numpy as np


def cube(x, signs):
    """The last axis as a cube of log2(n) axes of length 2: one small product for each."""
    n = x.shape[-1]
    if n == 0 or n & (n - 1) or len(signs) != n or not np.isin(signs, [-1, 1]).all():
        raise ValueError("x or signs")
    bits = n.bit_length() - 1
    y = (x * signs).reshape(-1, *[2] * bits)
    for axis in range(1, bits + 1):
        first, second = y.take(0, axis=axis), y.take(1, axis=axis)
        y = np.stack([first + second, first - second], axis=axis)
    return (y.reshape(x.shape) * (1 / n) ** 0.5).astype(x.dtype)


def recursive(x, signs):
    """The block form of the definition, from the top down."""
    n = x.shape[-1]
    if n not in [2**k for k in range(40)] or signs.shape != (n,) or set(np.unique(signs).tolist()) - {-1, 1}:
        raise ValueError("x or signs")

    def transform(v):
        if v.shape[-1] == 1:
            return v
        half = v.shape[-1] // 2
        a, b = v[..., :half], v[..., half:]
        return np.concatenate([transform(a + b), transform(a - b)], axis=-1)

    def small(v):
        """Stop the recursion early: the rows of pieces are transformed together."""
        length = v.shape[-1]
        if length <= 64:
            return transform(v)
        pieces = v.reshape(*v.shape[:-1], length // 64, 64)
        inner = transform(pieces)
        outer = small(np.ascontiguousarray(inner.swapaxes(-1, -2)))
        return outer.swapaxes(-1, -2).reshape(v.shape)

    return np.asarray(small(x * signs) / float(np.sqrt(n)), x.dtype)
