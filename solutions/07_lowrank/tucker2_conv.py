"""Reference answer: Tucker-2 of a convolution kernel by the higher-order SVD."""

import numpy as np


def _leading(unfolded: np.ndarray, rank: int) -> np.ndarray:
    """Leading left singular vectors, as eigenvectors of M M^T: M has few rows and many columns."""
    _, vectors = np.linalg.eigh(unfolded @ unfolded.T)  # eigenvalues rise, so the leading vectors are the last
    return vectors[:, -rank:]


def tucker2_conv(w: np.ndarray, *, rank_out: int, rank_in: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the kernels ``(first, core, last)`` whose sequence approximates the convolution ``w``."""
    if w.ndim != 4 or not 1 <= rank_out <= w.shape[0] or not 1 <= rank_in <= w.shape[1]:
        raise ValueError(f"w must be 4-D with ranks in range; got {w.shape}, rank_out {rank_out}, rank_in {rank_in}")
    w = w.astype(np.float64)
    out, inputs = w.shape[:2]

    # Unfold along the outputs: one row per output channel. Along the inputs the axis must be moved to the front first,
    # since a plain reshape would put numbers of several channels into one row.
    left = _leading(w.reshape(out, -1), rank_out)
    right = _leading(w.transpose(1, 0, 2, 3).reshape(inputs, -1), rank_in)

    # The core: w in the coordinates of both factors. Orthonormal columns make this the best core for them.
    core = np.einsum("oiyx,oa,ib->abyx", w, left, right)
    return right.T[:, :, None, None], core, left[:, :, None, None]
