"""Right answers to reverse_kl_gradient in other styles; each must pass."""

import numpy as np


def jacobian(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """The Jacobian of the softmax, one token at a time."""
    w = [1.0] * len(student_logits) if weights is None else weights.tolist()
    if any(v < 0 for v in w) or sum(w) == 0:
        raise ValueError("weights")
    loss, grad = 0.0, np.zeros(student_logits.shape)
    for i, weight in enumerate(w):
        u, v = student_logits[i].astype(float) / temperature, teacher_logits[i].astype(float) / temperature
        lq, lp = u - np.logaddexp.reduce(u), v - np.logaddexp.reduce(v)
        q = np.exp(lq)
        loss += weight / sum(w) * temperature**2 * float(q @ (lq - lp))
        grad[i] = weight / sum(w) * temperature * ((np.diag(q) - np.outer(q, q)) @ (lq - lp + 1))
    return loss, grad


def einsum(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """einsum over tokens; the weights normalised first; a result in Fortran order."""
    n, k = student_logits.shape
    w = np.full(n, 1.0) if weights is None else np.asarray(weights, np.float64)
    if not (w >= 0).all() or not w.any():
        raise ValueError("weights")
    w = w / w.sum()
    u, v = np.float64(student_logits) / temperature, np.float64(teacher_logits) / temperature
    lq = u - np.logaddexp.reduce(u, axis=1).reshape(n, 1)
    r = lq - v + np.logaddexp.reduce(v, axis=1).reshape(n, 1)
    q = np.exp(lq)
    d = np.einsum("ic,ic->i", q, r)
    grad = np.einsum("i,ic,ic->ic", w * temperature, q, r - d[:, None])
    return np.float64(temperature**2 * (w @ d)), np.asfortranarray(grad.reshape(n, k))
