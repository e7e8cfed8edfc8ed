"""Reference answer: an adversarial example in the direction of the distillation loss."""

import numpy as np


def softmax(x: np.ndarray) -> np.ndarray:
    """Return the softmax over the classes; the maximum is taken away so that nothing overflows."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def fgsm_for_distillation(
    x: np.ndarray,
    teacher_logits: np.ndarray,
    w1: np.ndarray,
    b1: np.ndarray,
    w2: np.ndarray,
    b2: np.ndarray,
    *,
    epsilon: float,
    step_size: float,
    steps: int = 1,
    temperature: float = 1.0,
    low: float = 0.0,
    high: float = 1.0,
) -> np.ndarray:
    """Return the input after ``steps`` signed gradient steps that raise the distillation loss."""
    if (x < low).any() or (x > high).any():
        raise ValueError(f"x must lie in [{low}, {high}]")
    if epsilon < 0 or step_size < 0 or steps < 1:
        raise ValueError(f"epsilon {epsilon}, step_size {step_size} or steps {steps} is out of range")
    x = x.astype(np.float64)  # and with it all that it meets

    # Ball and range together are one box around each element; the clean x lies in both, so it is never empty.
    floor, ceiling = np.maximum(x - epsilon, low), np.minimum(x + epsilon, high)

    # The teacher answers for the clean input: the student shall give *that* answer nearby. Were the teacher asked at
    # the attacked point, it would move along, and the attack would find where the teacher itself is weak.
    p = softmax(teacher_logits.astype(np.float64) / temperature)

    point = x
    for _ in range(steps):
        before = point @ w1 + b1
        q = softmax((np.maximum(before, 0) @ w2 + b2) / temperature)

        # dloss/dlogits = T (q - p); T and all other positive factors drop out of the sign. Back through W2, through the
        # units that are on, through W1. Plus: the inner problem is a maximum; the student minimises afterwards.
        gradient = ((q - p) @ w2.T * (before > 0)) @ w1.T
        point = np.clip(point + step_size * np.sign(gradient), floor, ceiling)
    return point
