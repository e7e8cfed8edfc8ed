"""Right answers to product_quantize_encode in other styles; each must pass."""

import numpy as np


def _sizes(x, codebooks):
    if np.ndim(x) != 2 or np.ndim(codebooks) != 3:
        raise ValueError("dimensions")
    m, k, s = codebooks.shape
    if m * s != x.shape[1] or k == 0 or k > 256:
        raise ValueError("sizes")
    return m, k, s


def piece_by_piece(x, codebooks):
    """A loop over the codebooks, each with its slice of columns; einsum for the squares."""
    m, _, s = _sizes(x, codebooks)
    codes, errors = np.empty((len(x), m), np.uint8), np.zeros(len(x))
    for j in range(m):
        diff = np.float64(x[:, None, j * s : (j + 1) * s]) - codebooks[j]
        distances = np.einsum("nks,nks->nk", diff, diff)
        codes[:, j] = np.argmin(distances, axis=1)
        errors += np.amin(distances, axis=1)
    return codes, errors


def search_first_reconstruct_later(x, codebooks):
    """The codes by scipy's distances; the errors from the reconstructed vectors."""
    from scipy.spatial.distance import cdist

    m, _, s = _sizes(x, codebooks)
    if len(x) == 0:
        return np.zeros((0, m), np.uint8), np.zeros(0)
    parts = [x[:, j * s : (j + 1) * s].astype(float) for j in range(m)]
    codes = np.stack([cdist(p, b, "sqeuclidean").argmin(1) for p, b in zip(parts, codebooks, strict=True)], axis=1)
    again = np.concatenate([codebooks[j][codes[:, j]] for j in range(m)], axis=1)
    return codes.astype(np.uint8), ((x.astype(float) - again) ** 2).sum(axis=1)


def plain_python(x, codebooks):
    """Lists of floats; strictly smaller keeps the first of equals."""
    m, k, s = _sizes(x, codebooks)
    books = codebooks.tolist()
    codes, errors = [], []
    for row in x.tolist():
        mine, error = [], 0.0
        for j in range(m):
            piece, least, at = row[j * s : j * s + s], float("inf"), 0
            for c in range(k):
                distance = sum((a - b) ** 2 for a, b in zip(piece, books[j][c], strict=True))
                if distance < least:
                    least, at = distance, c
            mine.append(at)
            error += least
        codes.append(mine)
        errors.append(error)
    return np.array(codes, np.uint8).reshape(len(x), m), np.array(errors, float)
