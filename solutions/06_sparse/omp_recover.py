"""Reference answer: orthogonal matching pursuit."""

import numpy as np


def omp_recover(d: np.ndarray, y: np.ndarray, *, n_nonzero: int) -> np.ndarray:
    """Return the coefficients (n,) of at most ``n_nonzero`` atoms."""
    if not 1 <= n_nonzero <= min(d.shape):
        raise ValueError(f"n_nonzero must be in 1 .. {min(d.shape)}; got {n_nonzero}")
    d = d.astype(np.float64)  # all that follows is float64 then

    # Unit atoms for the choice, so that length does not count; an atom of zeros keeps the score 0.
    norms = np.linalg.norm(d, axis=0)
    unit = d / np.where(norms > 0, norms, 1)

    x = np.zeros(d.shape[1])
    chosen: list[np.intp] = []
    residual = y
    for _ in range(n_nonzero):
        # The residual is orthogonal to the chosen atoms: their scores are rounding, far below the limit.
        scores = np.abs(residual @ unit)
        best = np.argmax(scores)
        if scores[best] <= 1e-10 * np.linalg.norm(y):
            break
        chosen.append(best)
        # Refit all chosen atoms together: the new one changes what the others should carry.
        x[chosen] = np.linalg.lstsq(d[:, chosen], y)[0]
        residual = y - d @ x
    return x
