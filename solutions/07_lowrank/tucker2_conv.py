"""Reference answer: Tucker-2 of a convolution kernel by the higher-order SVD."""

import numpy as np


def _leading(gram: np.ndarray, rank: int) -> np.ndarray:
    """Leading left singular vectors of M, as eigenvectors of M M^T."""
    _, vectors = np.linalg.eigh(gram)  # eigenvalues rise, so the leading vectors are the last
    return vectors[:, -rank:]


def tucker2_conv(w: np.ndarray, *, rank_out: int, rank_in: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the kernels ``(first, core, last)`` whose sequence approximates the convolution ``w``."""
    out, inputs, _, _ = w.shape  # ValueError unless 4-D
    if not 1 <= rank_out <= out or not 1 <= rank_in <= inputs:
        raise ValueError(f"ranks must be in 1 .. {out} and 1 .. {inputs}; got {rank_out} and {rank_in}")
    w = w.astype(np.float64)

    # The unfolded matrices have few rows and many columns, and only their left vectors are wanted: M M^T is enough, and
    # einsum computes it without unfolding. The axis that stays is the channel, all others are summed over.
    left = _leading(np.einsum("oiyx,piyx->op", w, w), rank_out)
    right = _leading(np.einsum("oiyx,ojyx->ij", w, w), rank_in)

    # The core: w in the coordinates of both factors. Orthonormal columns make this the best core for them.
    core = np.einsum("oiyx,oa,ib->abyx", w, left, right)
    return right.T[:, :, None, None], core, left[:, :, None, None]
