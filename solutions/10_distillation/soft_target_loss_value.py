"""Reference answer: the soft-target loss."""

import numpy as np


def log_softmax(x: np.ndarray) -> np.ndarray:
    """Return ln softmax over the last axis; with the maximum taken away no exponential exceeds 1."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def soft_target_loss_value(
    student_logits: np.ndarray, teacher_logits: np.ndarray, *, temperature: float = 1.0
) -> float:
    """Return T^2 KL(softmax(teacher / T) || softmax(student / T)), the mean over positions."""
    if not 0 < temperature < np.inf:  # a NaN fails both comparisons
        raise ValueError(f"temperature must be above 0 and finite; got {temperature}")
    if student_logits.shape != teacher_logits.shape or student_logits.size == 0:
        raise ValueError(f"shapes must be equal and not empty; got {student_logits.shape}, {teacher_logits.shape}")
    if not (np.isfinite(student_logits).all() and np.isfinite(teacher_logits).all()):
        raise ValueError("logits must be finite")

    # Both sides are softened by the same T: what is compared is the shape of two distributions at one temperature.
    log_q = log_softmax(student_logits.astype(np.float64) / temperature)
    log_p = log_softmax(teacher_logits.astype(np.float64) / temperature)

    # Forward KL: the teacher weighs the classes. ln p - ln q from two log-softmaxes is finite where p / q is 0 / 0.
    divergence = np.sum(np.exp(log_p) * (log_p - log_q), axis=-1)

    # A sum over the classes, a mean over the positions: with 50 000 classes the difference is a factor of 50 000.
    # The gradient by a logit is (q - p) / T, and q - p itself shrinks as 1 / T: T^2 keeps its size, whatever T is,
    # so that alpha keeps its meaning next to the hard-label loss.
    return temperature**2 * divergence.mean()
