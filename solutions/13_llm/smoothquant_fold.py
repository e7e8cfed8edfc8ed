"""Reference answer: SmoothQuant, folded."""

import numpy as np


def smoothquant_fold(
    gamma: np.ndarray, beta: np.ndarray, w: np.ndarray, x_absmax: np.ndarray, *, alpha: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(gamma, beta, w, s)`` after the smoothing scales ``s`` were folded in."""
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be in 0 .. 1; got {alpha}")
    if (x_absmax < 0).any():
        raise ValueError("x_absmax must not be negative")

    # After folding, channel j has the activation x**(1 - alpha) m**(1 - alpha) and the weight x**alpha m**alpha: alpha
    # says which share of the product x m the weights take. 0 flattens the weights, 1 the activations.
    m = np.abs(w).max(axis=0)
    usable = (x_absmax > 0) & (m > 0)
    s = np.ones(m.shape)
    s[usable] = x_absmax[usable] ** alpha / m[usable] ** (1 - alpha)

    # The norm ends in gamma * z + beta, so dividing its output means dividing both. Inputs are the columns of w.
    return gamma / s, beta / s, w * s, s
