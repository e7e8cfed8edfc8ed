"""Right answers to gptq_column_update in other styles; each must pass."""

import numpy as np


def whole_row_at_once(w, u, j, *, scale, bits=4):
    """Subtracting from column j on: u[j, j] / u[j, j] is 1, so column j lands on its quantized value by itself."""
    if bits not in range(2, 9) or j not in range(w.shape[1]):
        raise ValueError("bits or j")
    top = 2 ** (bits - 1) - 1
    codes = np.rint(w[:, j] / scale).clip(-top, top)
    error = (w[:, j] - scale * codes)[:, None]
    return codes.astype(np.int8), w - error * (np.triu(u)[j] / u[j, j]) * (np.arange(w.shape[1]) >= j)


def through_the_inverse(w, u, j, *, scale, bits=4):
    """The OBS formula on the explicit inverse of the free columns."""
    if not (2 <= bits <= 8 and 0 <= j < w.shape[1]):
        raise ValueError("bits or j")
    top = 2 ** (bits - 1) - 1
    codes = np.array([max(-top, min(top, round(v))) for v in (w[:, j] / scale).tolist()])
    inverse = np.einsum("ki,kj->ij", u[j:, j:], u[j:, j:])
    updated = np.array(w, order="C")
    for i in range(len(w)):
        updated[i, j:] -= (w[i, j] - scale[i] * codes[i]) / inverse[0, 0] * inverse[0]
    updated[:, j] = scale * codes
    return codes.astype(np.int8), updated
