"""Reference answer: reverse KL and its gradient."""

import numpy as np


def log_softmax(x: np.ndarray) -> np.ndarray:
    """Return ln softmax over the last axis, with the maximum taken away first."""
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def reverse_kl_gradient(
    student_logits: np.ndarray,
    teacher_logits: np.ndarray,
    *,
    temperature: float = 1.0,
    weights: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    """Return the weighted mean of T^2 KL(q || p) and its gradient by the student's logits."""
    if weights is None:
        weights = np.ones(len(student_logits))
    if (weights < 0).any() or not weights.any():
        raise ValueError("weights must not be negative, and not all 0")
    weights = weights.astype(np.float64)
    share = (weights / weights.sum())[:, None]

    log_q = log_softmax(student_logits.astype(np.float64) / temperature)
    log_p = log_softmax(teacher_logits.astype(np.float64) / temperature)
    q = np.exp(log_q)

    # The student weighs the classes: mass where the teacher has none is punished by ln p, and a mode of the teacher
    # that the student leaves out costs nothing (q_c = 0). So it seeks one mode, where forward KL covers them all.
    ratio = log_q - log_p
    divergence = np.sum(q * ratio, axis=1, keepdims=True)
    loss = temperature**2 * np.sum(share * divergence)

    # dD/dq = ratio + 1; the Jacobian of softmax, q_k (delta - q), takes its mean under q away. The 1 cancels, and the
    # mean of the ratio is D: a baseline, as in a policy gradient with the reward ln p - ln q.
    grad = temperature * share * q * (ratio - divergence)
    return loss, grad
