"""Reference answer: asymmetric quantization in groups of inputs."""

import numpy as np


def group_quantize(w: np.ndarray, *, bits: int = 4, group_size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(codes, scale, zero_point)`` of the rows of ``w``, quantized group by group."""
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be in 2 .. 8; got {bits}")
    if w.ndim != 2 or w.size == 0 or not np.isfinite(w).all():
        raise ValueError(f"w must be 2-D, finite and not empty; got shape {w.shape}")
    if group_size < 1 or w.shape[1] % group_size:
        raise ValueError(f"group_size must divide the {w.shape[1]} inputs; got {group_size}")

    # In C order the last axis moves fastest: this reshape cuts each row into runs of neighbours.
    grouped = w.reshape(w.shape[0], w.shape[1] // group_size, group_size)  # (out, groups, group_size)

    # One range per group, widened so that 0 has a code of its own; keepdims lets it broadcast over the group.
    lo = np.minimum(grouped.min(axis=2, keepdims=True), 0)  # (out, groups, 1)
    hi = np.maximum(grouped.max(axis=2, keepdims=True), 0)

    # 2**bits codes have 2**bits - 1 steps between them. A group of zeros gets the step 1: its codes are 0 with any.
    qmax = 2**bits - 1
    scale = (hi - lo) / qmax
    scale[scale == 0] = 1.0

    # The zero point is the code of 0.0; -lo / scale lies in 0 .. qmax by itself, because lo <= 0 <= hi.
    zero_point = np.rint(-lo / scale)

    # The upper clamp is needed: with lo = -7.5 and hi = 7.5 in 4 bits, both ends round up and hi would get the code 16.
    # The lower one never acts: rint(lo / scale) + rint(-lo / scale) is 0.
    codes = np.minimum(np.rint(grouped / scale) + zero_point, qmax).reshape(w.shape)

    # Drop the axis of length 1: (out, groups).
    scale, zero_point = scale.squeeze(axis=2), zero_point.squeeze(axis=2)
    return codes.astype(np.uint8), scale.astype(np.float32), zero_point.astype(np.uint8)
