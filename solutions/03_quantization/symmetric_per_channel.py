"""Reference answer: symmetric quantization with one scale per output row."""

import numpy as np


def symmetric_per_channel(w: np.ndarray, *, bits: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(codes, scale)``: int8 codes of the shape of ``w`` and one float32 scale per row."""
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be in 2 .. 8; got {bits}")
    if w.ndim != 2 or w.size == 0 or not np.isfinite(w).all():
        raise ValueError(f"w must be 2-D, finite and not empty; got shape {w.shape}")

    # As many steps on either side of zero: the code -2**(bits - 1) would have no partner, so it is left out.
    qmax = 2 ** (bits - 1) - 1

    # A row is one output feature, so its scale comes out of the dot product: sum_j s_i q_ij x_j = s_i sum_j q_ij x_j.
    # A scale per column could not, and that is why the axis matters.
    scale = (np.abs(w).max(axis=1) / qmax).astype(np.float32)  # (out,)

    # A row of zeros has no size of its own; 1.0 divides safely, and its codes are 0 anyway.
    scale[scale == 0] = 1.0

    # (out, in) / (out, 1): each row by its own scale. No clamp is needed: |w| <= absmax, so |w / scale| <= qmax up to
    # the last bit of a float, far from the half step that would round it further.
    codes = np.rint(w / scale[:, None])
    return codes.astype(np.int8), scale
