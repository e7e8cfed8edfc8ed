"""Reference answer: product quantization, the encoder."""

import numpy as np


def product_quantize_encode(x: np.ndarray, codebooks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(codes, errors)`` of the rows of ``x``."""
    # The rest raises ValueError by itself: another number of axes here, a wrong d in reshape, k = 0 in argmin.
    m, k, s = codebooks.shape
    if x.ndim != 2 or k > 256:
        raise ValueError(f"x must be (n, d), a codebook at most 256 codewords; got {x.shape} and {k}")

    # (n, m, 1, s) against (m, k, s): every piece meets every codeword of its own codebook, and no other.
    pieces = x.astype(np.float64).reshape(len(x), m, 1, s)
    distances = ((pieces - codebooks) ** 2).sum(axis=3)  # (n, m, k)

    # The pieces are independent, so the nearest of k**m vectors is found with m * k distances: that is the trick of PQ.
    codes = distances.argmin(axis=2).astype(np.uint8)
    return codes, distances.min(axis=2).sum(axis=1)
