"""Reference answer: one step of feature distillation through a projection."""

import numpy as np


def rows(x: np.ndarray) -> np.ndarray:
    """Return (..., width) as one matrix: to this loss all positions are alike."""
    return x.reshape(-1, x.shape[-1])


def feature_projection_step(
    hidden: np.ndarray,
    teacher_hidden: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    *,
    lr: float,
    weight_decay: float = 0.0,
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(loss, hidden_grad, weight, bias)`` after one step of the projection."""
    if hidden.shape[:-1] != teacher_hidden.shape[:-1]:
        raise ValueError(f"positions differ: {hidden.shape[:-1]} and {teacher_hidden.shape[:-1]}")
    if weight.shape != (hidden.shape[-1], teacher_hidden.shape[-1]):
        raise ValueError(f"weight must be {(hidden.shape[-1], teacher_hidden.shape[-1])}; got {weight.shape}")

    w = weight.astype(np.float64)  # and with it all that it meets
    h = rows(hidden)
    error = h @ w + bias - rows(teacher_hidden)
    loss = np.mean(error**2)

    # dL/dE, and from it three linear maps back; each product is the only one whose shapes fit.
    g = 2 * error / error.size
    hidden_grad = (g @ w.T).reshape(hidden.shape)  # with the old w: it made the loss
    new_weight = w - lr * (h.T @ g + weight_decay * w)
    new_bias = bias - lr * g.sum(axis=0)
    return loss, hidden_grad, new_weight, new_bias
