"""Right answers to fgsm_for_distillation in other styles; each must pass."""

import numpy as np


def offsets(x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    """The perturbation is kept in place of the point; ball first, then the range; einsum for the gradient."""
    if np.any((x < low) | (x > high)) or min(epsilon, step_size) < 0 or steps <= 0:
        raise ValueError("settings")
    clean, t, u, c, v, d = (np.array(a, np.float64) for a in (x, teacher_logits, w1, b1, w2, b2))
    log_p = t / temperature - np.logaddexp.reduce(t / temperature, axis=1)[:, None]
    delta = np.zeros_like(clean)
    for _ in range(steps):
        before = (clean + delta) @ u + c
        z = (before * (before > 0) @ v + d) / temperature
        gap = np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None]) - np.exp(log_p)
        g = np.einsum("bc,hc,bh,ih->bi", gap, v, before > 0, u)
        delta = np.minimum(np.maximum(delta + step_size * np.sign(g), -epsilon), epsilon)
        delta = np.minimum(np.maximum(clean + delta, low), high) - clean
    return np.asfortranarray(clean + delta)


def loops(x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    """One sample at a time; the Jacobian of the layers in force is a product of matrices."""
    if x.min() < low or x.max() > high or epsilon < 0 or step_size < 0 or steps < 1:
        raise ValueError("settings")
    out = x.astype(np.float64).copy()
    w1, w2 = w1.astype(np.float64), w2.astype(np.float64)
    for i, clean in enumerate(x.astype(np.float64)):
        t = teacher_logits[i].astype(np.float64) / temperature
        p = np.exp(t - t.max()) / np.exp(t - t.max()).sum()
        point = clean.copy()
        for _ in range(steps):
            before = point @ w1 + b1
            jacobian = w1 @ np.diag((before > 0).astype(float)) @ w2
            z = (np.where(before > 0, before, 0.0) @ w2 + b2) / temperature
            q = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
            point = point + step_size * np.sign(jacobian @ (q - p))
            point = np.clip(np.clip(point, clean - epsilon, clean + epsilon), low, high)
        out[i] = point
    return out
