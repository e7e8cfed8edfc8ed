"""Right answers to taylor_importance in other styles; each must pass."""

import numpy as np


def einsum(w, grads, *, bias=None, bias_grads=None):
    """One einsum for the sums within the channels."""
    if grads.ndim != w.ndim + 1 or grads.shape[1:] != w.shape or not grads.shape[0]:
        raise ValueError("grads")
    if [bias, bias_grads].count(None) == 1 if bias is None or bias_grads is None else False:
        raise ValueError("bias")
    flat = w.reshape(w.shape[0], -1).astype(np.float64)
    change = np.einsum("ci,bci->bc", flat, grads.reshape(grads.shape[0], *flat.shape).astype(np.float64))
    if bias is not None:
        change = change + np.multiply(bias, bias_grads, dtype=np.float64)
    return np.einsum("bc,bc->c", change, change) / grads.shape[0]


def loops(w, grads, *, bias=None, bias_grads=None):
    """Channel by channel, batch by batch."""
    if grads.shape != (len(grads), *w.shape) or grads.shape[0] < 1 or (bias is None) is not (bias_grads is None):
        raise ValueError("grads or bias")
    result = np.zeros(w.shape[0])
    for c in range(w.shape[0]):
        for b in range(grads.shape[0]):
            change = float(np.vdot(w[c].astype(np.float64), grads[b, c].astype(np.float64)))
            if bias is not None:
                change += float(bias[c]) * float(bias_grads[b, c])
            result[c] += change**2 / grads.shape[0]
    return result
