"""Right answers to speed_int4_matvec in other styles; each must pass."""

import numpy as np


def _checked(packed, scale, x):
    inputs = packed.shape[1] * 2
    if x.shape != (inputs,) or scale.shape[0] != packed.shape[0] or inputs % (scale.shape[1] * 2) != 0:
        raise ValueError("shapes")
    return inputs // scale.shape[1]


def unpacked_in_numpy(packed, scale, x):
    """No kernel at all: slow, and right."""
    size = _checked(packed, scale, x)
    codes = np.stack([packed & 0x0F, packed >> 4], axis=-1).reshape(len(packed), x.size).astype(np.float32) - 8
    return (codes * np.repeat(scale, size, axis=1)) @ x


def a_table_of_products(packed, scale, x):
    """einsum over groups, with the offset taken out of the sum: sum (c - 8) x = sum c x - 8 sum x."""
    _checked(packed, scale, x)
    groups = scale.shape[1]
    low, high = (packed % 16).astype(np.float64), (packed // 16).astype(np.float64)
    shape = (len(packed), groups, packed.shape[1] // groups)
    pairs = x.astype(np.float64).reshape(groups, -1, 2)
    total = np.einsum("igk,gk->ig", low.reshape(shape), pairs[..., 0])
    total += np.einsum("igk,gk->ig", high.reshape(shape), pairs[..., 1])
    return ((total - 8 * pairs.sum(axis=(1, 2))) * scale).sum(axis=1).astype(np.float32)
