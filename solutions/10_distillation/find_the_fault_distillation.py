"""Reference answer: the repaired distillation loss with its gradient."""

import numpy as np


def log_softmax(x: np.ndarray) -> np.ndarray:
    """Return ln softmax over the last axis."""
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def find_the_fault_distillation(
    student_logits: np.ndarray, teacher_logits: np.ndarray, labels: np.ndarray, *, temperature: float, alpha: float
) -> tuple[float, np.ndarray]:
    """Return ``(loss, grad)``: the weighted distillation loss and its gradient."""
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0; got {temperature}")
    z, t = student_logits.astype(np.float64), teacher_logits.astype(np.float64)
    batch = len(z)
    log_q, log_p, log_s = log_softmax(z / temperature), log_softmax(t / temperature), log_softmax(z)
    right = np.arange(batch), labels
    soft = np.sum(np.exp(log_p) * (log_p - log_q)) / batch
    hard = -log_s[right].mean()
    loss = alpha * temperature**2 * soft + (1 - alpha) * hard

    # The fault: the T^2 of the loss was not carried into the gradient, (q - p) / T stood here. q - p itself shrinks as
    # 1 / T, so at T = 8 the teacher's part was 64 times too small: the labels taught alone. A check at T = 1 cannot see
    # it, since every power of 1 is 1: check a gradient at values where no constant hides (T = 8, alpha = 0.9).
    soft_grad = temperature * (np.exp(log_q) - np.exp(log_p))
    hard_grad = np.exp(log_s)
    hard_grad[right] -= 1
    grad = (alpha * soft_grad + (1 - alpha) * hard_grad) / batch
    return loss, grad
