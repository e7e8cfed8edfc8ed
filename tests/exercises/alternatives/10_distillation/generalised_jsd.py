"""Right answers to generalised_jsd in other styles; each must pass."""

import numpy as np


def zeros_left_out(student_logits, teacher_logits, *, beta):
    """Probabilities, with the logarithm taken only where a probability is not 0, and log-softmax for the ends."""
    if not (beta >= 0 and beta <= 1) or student_logits.shape != teacher_logits.shape:
        raise ValueError("beta or shapes")
    z, t = np.array(student_logits, float), np.array(teacher_logits, float)
    log_q = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
    log_p = t - np.logaddexp.reduce(t, axis=-1, keepdims=True)
    p, q = np.exp(log_p), np.exp(log_q)
    if beta == 0:
        return np.einsum("...c,...c->...", p, log_p - log_q)
    if beta == 1:
        return np.einsum("...c,...c->...", q, log_q - log_p)
    m = beta * p + (1 - beta) * q
    log_m = np.log(m, where=m > 0, out=np.zeros_like(m))
    teacher = np.where(p > 0, p * (log_p - log_m), 0.0).sum(axis=-1)
    student = np.where(q > 0, q * (log_q - log_m), 0.0).sum(axis=-1)
    return beta * teacher + (1 - beta) * student


def loops(student_logits, teacher_logits, *, beta):
    """One position at a time."""
    if beta != beta or beta < 0 or beta > 1 or student_logits.shape != teacher_logits.shape:
        raise ValueError("beta or shapes")
    out = np.zeros(student_logits.shape[:-1])
    for i in np.ndindex(out.shape):
        z, t = student_logits[i].astype(float), teacher_logits[i].astype(float)
        lq, lp = z - np.logaddexp.reduce(z), t - np.logaddexp.reduce(t)
        if beta == 0 or beta == 1:
            a, b = (lp, lq) if beta == 0 else (lq, lp)
            out[i] = sum(np.exp(a) * (a - b))
            continue
        m = np.logaddexp(lp + np.log(beta), lq + np.log(1 - beta))
        out[i] = beta * sum(np.exp(lp) * (lp - m)) + (1 - beta) * sum(np.exp(lq) * (lq - m))
    return out
