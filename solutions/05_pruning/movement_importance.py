"""Reference answer: movement scores."""

import numpy as np


def movement_importance(w: np.ndarray, grads: np.ndarray, *, lr: float) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(score, w_end)``: the accumulated movement scores and the trained weights."""
    if grads.shape[1:] != w.shape:
        raise ValueError(f"grads must be of shape (steps, *{w.shape}); got {grads.shape}")
    if not lr > 0:
        raise ValueError(f"lr must be above 0; got {lr}")
    w = w.astype(np.float64)
    score = np.zeros(w.shape)

    # The step is -lr * g. Times the weight it is positive where the weight grows away from zero, whatever its sign:
    # this is what magnitude pruning cannot see in fine-tuning, where the weights hardly move.
    for g in grads.astype(np.float64):
        score = score - w * g  # before the step: the product belongs to the weight that the gradient was taken at
        w = w - lr * g
    return score, w
