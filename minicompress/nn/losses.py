"""The cross-entropy between predicted probabilities and labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.checks import describe, int_array, real
from minicompress.nn.tape.softmax import log_softmax
from minicompress.nn.tensor import Tensor


def cross_entropy(logits: Tensor, labels: Any, *, label_smoothing: float = 0.0, ignore: int | None = None) -> Tensor:
    """Return the mean over samples of ``-sum_c t_c ln p_c``, ``p = softmax(logits)``, in nats.

    ``t`` is 1 at the label, or ``1 - s + s/C`` there and ``s/C`` elsewhere with ``s = label_smoothing``. The
    gradient is ``(p - t) / samples``. Shapes: ``logits`` (..., classes), ``labels`` (...); samples whose label is
    ``ignore`` do not count.
    Source: Szegedy et al., arXiv:1512.00567, section 7.

    >>> round(cross_entropy(Tensor([[0.0, 0.0]]), [1]).item(), 6)
    0.693147
    """
    s = real(label_smoothing, "label_smoothing", low=0, high=1)
    classes = logits.shape[-1]
    flat, counted = _check_labels(logits, labels, ignore)
    rows = np.arange(len(flat))
    log_p = log_softmax(logits.data.reshape(-1, classes))
    losses = -(1 - s) * log_p[rows, flat]
    if s:
        losses -= s * log_p.mean(axis=-1)
    n = int(counted.sum())

    def rule(g: np.ndarray) -> np.ndarray:
        grad = np.exp(log_p)
        grad -= s / classes
        grad[rows, flat] -= 1 - s
        grad *= (counted / n).astype(grad.dtype)[:, None]
        return (g * grad).reshape(logits.shape)

    return Tensor.record(losses.sum(where=counted) / n, (logits, rule))


def _check_labels(logits: Tensor, labels: Any, ignore: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels in a row, with those to ignore replaced by 0, and which of them count."""
    array = int_array(labels, "labels")
    if array.shape != logits.shape[:-1]:
        raise ValueError(f"labels must have shape {logits.shape[:-1]} for logits {logits.shape}; got {describe(array)}")
    counted = np.ones(array.size, bool) if ignore is None else array.reshape(-1) != ignore
    if not counted.any():
        raise ValueError("labels must hold at least one label that counts; got none")
    flat = np.where(counted, array.reshape(-1), 0)
    int_array(flat, "labels", low=0, high=logits.shape[-1] - 1)
    return flat, counted
