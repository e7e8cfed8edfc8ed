"""Right answers to topk_distillation_loss in other styles; each must pass."""

import numpy as np


def bucket_as_a_class(student_logits, top_logprobs, top_indices):
    """One position at a time: k + 1 log-probabilities, then the gradient scattered back."""
    n, v = student_logits.shape
    loss, grad = 0.0, np.zeros((n, v))
    for i in range(n):
        tokens = [int(c) for c in top_indices[i]]
        if len(set(tokens)) < len(tokens) or not set(tokens) <= set(range(v)):
            raise ValueError("tokens")
        z, a = student_logits[i].astype(float), top_logprobs[i].astype(float)
        rest = 1 - np.exp(a).sum()
        if rest < -1e-6:
            raise ValueError("probabilities")
        log_q = z - np.logaddexp.reduce(z)
        loss += float(np.exp(a) @ (a - log_q[tokens]))
        others = [c for c in range(v) if c not in tokens]
        grad[i] = np.exp(log_q) * (np.exp(a).sum() + (max(rest, 0.0) if others else 0.0))
        grad[i, tokens] -= np.exp(a)
        if others and rest > 0:
            bucket = np.logaddexp.reduce(log_q[others])
            loss += rest * (np.log(rest) - bucket)
            grad[i, others] -= rest * np.exp(log_q[others] - bucket)
    return loss / n, grad / n


def dense_targets(student_logits, top_logprobs, top_indices):
    """The rest shared in the student's own proportions makes a full target; the loss of the bucket is then the same."""
    n, v = student_logits.shape
    ordered = np.sort(top_indices, axis=1)
    if ordered[:, 0].min() < 0 or ordered[:, -1].max() > v - 1 or (ordered[:, 1:] == ordered[:, :-1]).any():
        raise ValueError("tokens")
    a = np.array(top_logprobs, np.float64)
    rest = 1.0 - np.exp(a).sum(axis=1, keepdims=True)
    if np.any(rest < -1e-6):
        raise ValueError("probabilities")
    z = np.array(student_logits, np.float64)
    log_q = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    masked = log_q.copy()
    np.put_along_axis(masked, top_indices.astype(np.int64), -1e9, axis=1)
    bucket = np.logaddexp.reduce(masked, axis=1, keepdims=True)
    rest = np.maximum(rest, 0) * (ordered.shape[1] < v)
    target = rest * np.exp(np.where(masked > -1e8, masked - bucket, -np.inf))
    np.put_along_axis(target, top_indices.astype(np.int64), np.exp(a), axis=1)
    with np.errstate(all="ignore"):
        of_rest = np.where(rest > 0, rest * (np.log(rest) - bucket), 0.0)
    of_top = np.exp(a) * (a - np.take_along_axis(log_q, top_indices.astype(np.int64), axis=1))
    return (of_top.sum() + of_rest.sum()) / n, np.asfortranarray(
        (np.exp(log_q) * target.sum(axis=1, keepdims=True) - target) / n
    )
