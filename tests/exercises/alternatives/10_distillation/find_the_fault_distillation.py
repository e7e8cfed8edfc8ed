"""Right repairs of the distillation loss in other styles; each must pass."""

import numpy as np


def factor_in_front(student_logits, teacher_logits, labels, *, temperature, alpha):
    """The line of ``faulty`` kept, the factor T^2 put where the two gradients are added."""
    if not temperature > 0:
        raise ValueError("temperature")
    z, t = np.float64(student_logits), np.float64(teacher_logits)
    batch = z.shape[0]
    lse = [np.logaddexp.reduce(x, axis=1, keepdims=True) for x in (z / temperature, t / temperature, z)]
    log_q, log_p, log_s = z / temperature - lse[0], t / temperature - lse[1], z - lse[2]
    weight = alpha * temperature**2
    soft = np.einsum("bc,bc->", np.exp(log_p), log_p - log_q) / batch
    hard = -np.take_along_axis(log_s, labels[:, None].astype(np.int64), axis=1).mean()
    soft_grad = (np.exp(log_q) - np.exp(log_p)) / temperature
    hard_grad = np.exp(log_s) - (labels[:, None] == np.arange(z.shape[1]))
    return weight * soft + (1 - alpha) * hard, np.asfortranarray((weight * soft_grad + (1 - alpha) * hard_grad) / batch)


def loops(student_logits, teacher_logits, labels, *, temperature, alpha):
    """One sample at a time."""
    if temperature != temperature or temperature <= 0:
        raise ValueError("temperature")
    batch, classes = student_logits.shape
    loss, grad = 0.0, np.zeros((batch, classes))
    for i in range(batch):
        z, t = student_logits[i].astype(float), teacher_logits[i].astype(float)
        lq = z / temperature - np.logaddexp.reduce(z / temperature)
        lp = t / temperature - np.logaddexp.reduce(t / temperature)
        ls = z - np.logaddexp.reduce(z)
        loss += (alpha * temperature**2 * float(np.exp(lp) @ (lp - lq)) - (1 - alpha) * float(ls[labels[i]])) / batch
        grad[i] = alpha * temperature * (np.exp(lq) - np.exp(lp)) + (1 - alpha) * np.exp(ls)
        grad[i, labels[i]] -= 1 - alpha
    return loss, grad / batch
