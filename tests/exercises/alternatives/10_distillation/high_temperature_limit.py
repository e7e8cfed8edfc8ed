"""Right answers to high_temperature_limit in other styles; each must pass."""

import numpy as np


def _checked(student, teacher, temperature):
    if np.ndim(student) != 2 or student.shape != teacher.shape or not (1 <= temperature <= 1e15):
        raise ValueError("shapes or temperature")
    return np.array(student, np.float64), np.array(teacher, np.float64)


def common_denominator(student_logits, teacher_logits, *, temperature):
    """(1 + u_i) / (N + U) - (1 + v_i) / (N + V) on one denominator: only tiny numbers are subtracted."""
    z, t = _checked(student_logits, teacher_logits, temperature)
    n = z.shape[1]
    u = np.expm1((z - z.max(axis=1, keepdims=True)) / temperature)
    v = np.expm1((t - t.max(axis=1, keepdims=True)) / temperature)
    su, sv = u.sum(axis=1, keepdims=True), v.sum(axis=1, keepdims=True)
    top = n * (u - v) + (sv - su) + u * sv - v * su
    scaled = temperature * top / ((n + su) * (n + sv)) / len(z)
    centred_z, centred_t = z - z.mean(axis=1, keepdims=True), t - t.mean(axis=1, keepdims=True)
    return np.asfortranarray(scaled), (centred_z - centred_t) / (n * len(z))


def loops_with_the_maximum_taken_away(student_logits, teacher_logits, *, temperature):
    """Row by row, in the usual stable form, with expm1 and log1p."""
    z, t = _checked(student_logits, teacher_logits, temperature)
    batch, n = z.shape
    scaled, limit = np.empty((batch, n)), np.empty((batch, n))
    for i in range(batch):
        a = (z[i] - z[i].max()) / temperature
        b = (t[i] - t[i].max()) / temperature
        la, lb = np.log1p(np.expm1(a).sum() / n), np.log1p(np.expm1(b).sum() / n)
        p, q = np.exp(b) / np.exp(b).sum(), np.exp(a) / np.exp(a).sum()
        up = a - b - (la - lb)
        gap = np.where(up > 0, -q * np.expm1(-np.maximum(up, 0)), p * np.expm1(np.minimum(up, 0)))
        scaled[i] = temperature / batch * gap
        for c in range(n):
            limit[i, c] = (z[i, c] - t[i, c] - sum(z[i] - t[i]) / n) / n / batch
    return scaled, limit
