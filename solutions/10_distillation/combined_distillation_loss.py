"""Reference answer: soft targets and hard labels in one loss."""

import numpy as np


def log_softmax(x: np.ndarray) -> np.ndarray:
    """Return ln softmax over the last axis, with the maximum taken away first."""
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def combined_distillation_loss(
    student_logits: np.ndarray, teacher_logits: np.ndarray, labels: np.ndarray, *, temperature: float, alpha: float
) -> tuple[float, np.ndarray]:
    """Return ``(loss, grad)`` of alpha * soft targets + (1 - alpha) * cross-entropy."""
    batch, classes = student_logits.shape
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be in 0 .. 1; got {alpha}")
    if (labels < -1).any() or (labels >= classes).any():
        raise ValueError(f"labels must be -1 or in 0 .. {classes - 1}")
    z = student_logits.astype(np.float64)

    # The soft term needs no label: every sample the teacher can see teaches. T^2 / T = T remains in the gradient.
    log_q = log_softmax(z / temperature)
    log_p = log_softmax(teacher_logits.astype(np.float64) / temperature)
    p = np.exp(log_p)
    loss = alpha * temperature**2 * np.sum(p * (log_p - log_q)) / batch
    grad = alpha * temperature * (np.exp(log_q) - p) / batch

    # The hard term: temperature 1, because this is how the student will be used; a mean over the labelled samples
    # alone, so that its size does not depend on how many labels happen to be in the batch.
    rows = np.flatnonzero(labels >= 0)
    if rows.size:
        share = (1 - alpha) / rows.size
        log_s = log_softmax(z[rows])
        right = np.arange(rows.size), labels[rows]
        loss -= share * log_s[right].sum()
        residual = np.exp(log_s)
        residual[right] -= 1
        grad[rows] += share * residual
    return loss, grad
