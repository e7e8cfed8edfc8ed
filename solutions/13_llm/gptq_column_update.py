"""Reference answer: one column of GPTQ."""

import numpy as np


def gptq_column_update(
    w: np.ndarray, u: np.ndarray, j: int, *, scale: np.ndarray, bits: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(codes, updated)``: the codes of column ``j``, and the weights after its step."""
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be in 2 .. 8; got {bits}")
    if not 0 <= j < w.shape[1]:
        raise ValueError(f"j must be in 0 .. {w.shape[1] - 1}; got {j}")

    # Round to nearest, as always: GPTQ does not change how a weight is rounded, it changes the weights still to come.
    qmax = 2 ** (bits - 1) - 1
    codes = np.clip(np.rint(w[:, j] / scale), -qmax, qmax)
    updated = w.copy()
    updated[:, j] = scale * codes

    # OBS (optimal brain surgeon): fixing w_j costs (w_j - q_j)**2 / (2 [F^-1]_jj), F the Hessian of the free columns,
    # and moves the others by -(w_j - q_j) [F^-1]_j,: / [F^-1]_jj. With inv(H) = u.T @ u, the inverse for the columns
    # j, j + 1, ... is u[j:, j:].T @ u[j:, j:]: its first row is u_jj u[j, :], its corner u_jj**2. One u_jj cancels.
    error = (w[:, j] - updated[:, j]) / u[j, j]
    updated[:, j + 1 :] -= np.outer(error, u[j, j + 1 :])
    return codes.astype(np.int8), updated
