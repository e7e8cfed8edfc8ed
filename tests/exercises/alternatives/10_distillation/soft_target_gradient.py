"""Right answers to soft_target_gradient in other styles; each must pass."""

import numpy as np


def replaces_the_padding(student_logits, teacher_logits, *, temperature, mask=None):
    """np.where in place of a choice of rows."""
    if student_logits.shape != teacher_logits.shape:
        raise ValueError("shapes")
    weight = np.ones(student_logits.shape[:2]) if mask is None else np.array(mask, np.float64)
    if weight.shape != student_logits.shape[:2] or weight.sum() == 0:
        raise ValueError("mask")
    weight = (weight / weight.sum())[..., None]
    z = np.where(weight > 0, student_logits, 0.0) / np.float64(temperature)
    t = np.where(weight > 0, teacher_logits, 0.0) / np.float64(temperature)
    z = z.astype(np.float64)
    t = t.astype(np.float64)
    log_q = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
    log_p = t - np.logaddexp.reduce(t, axis=-1, keepdims=True)
    return np.asfortranarray((temperature * weight * (np.exp(log_q) - np.exp(log_p))).astype(student_logits.dtype))


def loops(student_logits, teacher_logits, *, temperature, mask=None):
    """One position at a time."""
    if student_logits.shape != teacher_logits.shape:
        raise ValueError("shapes")
    batch, tokens, _ = student_logits.shape
    if mask is not None and mask.shape != (batch, tokens):
        raise ValueError("mask")
    places = [(i, j) for i in range(batch) for j in range(tokens) if mask is None or mask[i, j]]
    if not places:
        raise ValueError("nothing counts")
    grad = np.zeros_like(student_logits)
    for i, j in places:
        z, t = (a[i, j].astype(float) for a in (student_logits, teacher_logits))
        q, p = np.exp((z - z.max()) / temperature), np.exp((t - t.max()) / temperature)
        grad[i, j] = (q / q.sum() - p / p.sum()) * temperature / len(places)
    return grad
