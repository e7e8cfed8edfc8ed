"""Right answers to soft_target_loss_value in other styles; each must pass."""

import math

import numpy as np


def loops(student_logits, teacher_logits, *, temperature=1.0):
    """Python floats, one position at a time."""
    if not (temperature > 0 and math.isfinite(temperature)):
        raise ValueError("temperature")
    if student_logits.shape != teacher_logits.shape or student_logits.size == 0:
        raise ValueError("shapes")
    classes = student_logits.shape[-1]
    total, positions = 0.0, 0
    for z, t in zip(
        student_logits.reshape(-1, classes).tolist(), teacher_logits.reshape(-1, classes).tolist(), strict=True
    ):
        if not all(map(math.isfinite, z + t)):
            raise ValueError("finite")
        z, t = [v / temperature for v in z], [v / temperature for v in t]
        lz = max(z) + math.log(sum(math.exp(v - max(z)) for v in z))
        lt = max(t) + math.log(sum(math.exp(v - max(t)) for v in t))
        total += sum(math.exp(b - lt) * ((b - lt) - (a - lz)) for a, b in zip(z, t, strict=True))
        positions += 1
    return temperature**2 * total / positions


def logaddexp_and_einsum(student_logits, teacher_logits, *, temperature=1.0):
    """np.logaddexp.reduce for the normaliser, einsum for the sum, the mean last."""
    z = np.array(student_logits, np.float64)
    t = np.array(teacher_logits, np.float64)
    if temperature <= 0 or not np.isfinite(temperature) or z.shape != t.shape or not z.size:
        raise ValueError("temperature or shapes")
    if np.isnan(z).any() or np.isnan(t).any() or np.isinf(z).any() or np.isinf(t).any():
        raise ValueError("finite")
    z, t = z / temperature, t / temperature
    log_q = z - np.logaddexp.reduce(z, axis=-1)[..., None]
    log_p = t - np.logaddexp.reduce(t, axis=-1)[..., None]
    return float(np.mean(np.einsum("...c,...c->...", np.exp(log_p), log_p - log_q))) * temperature * temperature
