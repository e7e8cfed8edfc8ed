"""Right answers to combined_distillation_loss in other styles; each must pass."""

import numpy as np


def loops(student_logits, teacher_logits, labels, *, temperature, alpha):
    """One sample at a time."""
    batch, classes = student_logits.shape
    if not (alpha >= 0 and alpha <= 1) or any(y < -1 or y >= classes for y in labels.tolist()):
        raise ValueError("alpha or labels")
    labelled = sum(y != -1 for y in labels.tolist())
    loss, grad = 0.0, np.zeros((batch, classes))
    for i, y in enumerate(labels.tolist()):
        z, t = student_logits[i].astype(float), teacher_logits[i].astype(float)
        log_q = z / temperature - np.logaddexp.reduce(z / temperature)
        log_p = t / temperature - np.logaddexp.reduce(t / temperature)
        loss += alpha * temperature**2 * float(np.exp(log_p) @ (log_p - log_q)) / batch
        grad[i] += alpha * temperature * (np.exp(log_q) - np.exp(log_p)) / batch
        if y != -1:
            log_s = z - np.logaddexp.reduce(z)
            loss -= (1 - alpha) * float(log_s[y]) / labelled
            grad[i] += (1 - alpha) * (np.exp(log_s) - (np.arange(classes) == y)) / labelled
    return loss, grad


def one_hot_weights(student_logits, teacher_logits, labels, *, temperature, alpha):
    """Labels as a matrix of weights; a sample without a label has a row of zeros."""
    classes = student_logits.shape[1]
    if not 0 <= alpha <= 1 or np.any((labels < -1) | (labels > classes - 1)):
        raise ValueError("alpha or labels")
    z, t = np.float64(student_logits), np.float64(teacher_logits)
    hot = (labels[:, None] == np.arange(classes)).astype(np.float64)
    hot /= max(hot.sum(), 1)
    log_s = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    z, t = z / temperature, t / temperature
    log_q = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    log_p = t - np.logaddexp.reduce(t, axis=1, keepdims=True)
    soft = np.einsum("bc,bc->b", np.exp(log_p), log_p - log_q).mean()
    loss = alpha * temperature**2 * soft - (1 - alpha) * np.sum(hot * log_s)
    grad = alpha * temperature * (np.exp(log_q) - np.exp(log_p)) / len(z)
    grad += (1 - alpha) * (hot.sum(axis=1, keepdims=True) * np.exp(log_s) - hot)
    return np.float64(loss), np.asfortranarray(grad)
