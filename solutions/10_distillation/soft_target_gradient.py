"""Reference answer: the gradient of the masked soft-target loss."""

import numpy as np


def softmax(x: np.ndarray) -> np.ndarray:
    """Return the softmax of (positions, classes) over the classes, with the maximum taken away: no overflow."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def soft_target_gradient(
    student_logits: np.ndarray, teacher_logits: np.ndarray, *, temperature: float, mask: np.ndarray | None = None
) -> np.ndarray:
    """Return the gradient of the masked soft-target loss by the student's logits."""
    if student_logits.shape != teacher_logits.shape:
        raise ValueError(f"the logits must have one shape; got {student_logits.shape} and {teacher_logits.shape}")
    if mask is None:
        mask = np.ones(student_logits.shape[:2], bool)
    if mask.shape != student_logits.shape[:2]:
        raise ValueError(f"mask must have shape {student_logits.shape[:2]}; got {mask.shape}")
    if not mask.any():
        raise ValueError("no position counts: the mean is over nothing")

    # Choose first, compute after: whatever the padding holds, it never meets an exponential. (counted, classes)
    q = softmax(student_logits[mask].astype(np.float64) / temperature)
    p = softmax(teacher_logits[mask].astype(np.float64) / temperature)

    # KL = sum p ln p - sum p ln q, and ln q_c = z_c / T - ln sum exp(z / T). The first sum is a constant; the second
    # one gives (q - p) / T, because sum p = 1. With T^2 in front of the loss, T remains.
    grad = np.zeros(student_logits.shape, student_logits.dtype)
    grad[mask] = temperature * (q - p) / mask.sum()
    return grad
