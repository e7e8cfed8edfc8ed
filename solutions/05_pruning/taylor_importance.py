"""Reference answer: first-order Taylor importance of output channels."""

import numpy as np


def taylor_importance(
    w: np.ndarray, grads: np.ndarray, *, bias: np.ndarray | None = None, bias_grads: np.ndarray | None = None
) -> np.ndarray:
    """Return the first-order Taylor importance of each output channel."""
    if grads.shape[1:] != w.shape or len(grads) == 0:
        raise ValueError(f"grads must be of shape (batches, *{w.shape}); got {grads.shape}")
    if (bias is None) != (bias_grads is None):
        raise ValueError("bias and bias_grads come together or not at all")

    # Signed contributions of the weights of one channel cancel: removing the channel removes their sum.
    products = w.astype(np.float64) * grads  # (batches, out, ...)
    change = products.sum(axis=tuple(range(2, products.ndim)))
    if bias is not None:
        change += bias.astype(np.float64) * bias_grads  # the bias is one more weight of its channel

    # A channel that helps one batch and harms another matters in both: square first, average then.
    return (change**2).mean(axis=0)
