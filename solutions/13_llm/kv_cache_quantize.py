"""Reference answer: a quantized KV cache."""

import numpy as np


def _quantize(m, bits, size):
    """Codes, scales and minima of runs of ``size`` along the last axis."""
    # Where size does not divide the axis, the numbers of elements differ and reshape raises the ValueError.
    grouped = m.reshape(len(m), m.shape[1] // size, size)
    low = grouped.min(axis=2, keepdims=True)
    scale = np.ptp(grouped, axis=2, keepdims=True) / (2**bits - 1)
    scale[scale == 0] = 1.0  # equal values: the minimum alone says it all
    codes = np.rint((grouped - low) / scale).reshape(m.shape)
    return codes.astype(np.uint8), scale.squeeze(axis=2), low.squeeze(axis=2)


def kv_cache_quantize(
    keys: np.ndarray, values: np.ndarray, *, bits: int = 4, group_size: int = 32
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(k_codes, k_scale, k_min, v_codes, v_scale, v_min)``."""
    if keys.shape != values.shape:
        raise ValueError(f"keys have the shape {keys.shape}, values {values.shape}")
    if not 1 <= bits <= 8:
        raise ValueError(f"bits must be in 1 .. 8; got {bits}")
    if group_size < 1:
        raise ValueError(f"group_size must be at least 1; got {group_size}")

    # A channel of keys that is large at every token has a small range of its own: along the tokens its scale stays
    # fine, and it does not touch the other channels. Transposed, the tokens are the last axis.
    k_codes, k_scale, k_min = (part.T for part in _quantize(keys.T, bits, group_size))

    # Values have no such channels. Per token, a new token can be stored without touching what is there already.
    return k_codes, k_scale, k_min, *_quantize(values, bits, group_size)
