"""Reference answer: the gradient of distillation at any temperature, and its limit."""

import numpy as np


def log_normaliser(x: np.ndarray) -> np.ndarray:
    """Return ln of the mean of exp(x) over the classes, for x <= 0; near 0 it keeps all digits of a tiny result."""
    return np.log1p(np.expm1(x).mean(axis=1, keepdims=True))


def high_temperature_limit(
    student_logits: np.ndarray, teacher_logits: np.ndarray, *, temperature: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(scaled, limit)``: T (q - p) / batch, and what it tends to as T grows."""
    batch, classes = student_logits.shape  # a ValueError by itself where it is not 2-D
    if student_logits.shape != teacher_logits.shape:
        raise ValueError(f"logits must have one shape; got {student_logits.shape} and {teacher_logits.shape}")
    if not 1 <= temperature <= 1e15:
        raise ValueError(f"temperature must be in 1 .. 1e15; got {temperature}")
    z, t = student_logits.astype(np.float64), teacher_logits.astype(np.float64)

    # At T = 1e12, q and p agree in their first twelve digits: subtracted, four are left. But
    #     q - p = q (1 - p / q) = -q expm1(ln p - ln q),
    # and the logarithms differ without their common constant ln N. (The largest logit is taken away as ever.)
    log_q = (z - z.max(axis=1, keepdims=True)) / temperature
    log_p = (t - t.max(axis=1, keepdims=True)) / temperature
    log_q -= log_normaliser(log_q)  # ln (N q)
    log_p -= log_normaliser(log_p)

    # The larger of the two stands outside, so that expm1 gets a negative number and cannot overflow.
    ratio = log_q - log_p
    larger = np.exp(np.maximum(log_q, log_p)) / classes
    scaled = temperature * np.sign(ratio) * larger * -np.expm1(-np.abs(ratio)) / batch

    # For large T: softmax(z / T)_c = (1 + z_c / T) / (N + sum z / T) = 1 / N + (z_c - mean z) / (N T) + O(1 / T^2).
    # T times the difference of two of these: the gradient of |centred z - centred t|^2 / (2 N batch).
    difference = z - t
    limit = (difference - difference.mean(axis=1, keepdims=True)) / (classes * batch)
    return scaled, limit
