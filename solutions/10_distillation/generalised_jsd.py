"""Reference answer: the generalised Jensen-Shannon divergence."""

import numpy as np


def log_softmax(x: np.ndarray) -> np.ndarray:
    """Return ln softmax over the last axis, in float64, with the maximum taken away first."""
    x = x.astype(np.float64)
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def kl(log_a: np.ndarray, log_b: np.ndarray) -> np.ndarray:
    """Return KL(a || b) of each position from log-probabilities: where a is 0 the product is 0."""
    return np.sum(np.exp(log_a) * (log_a - log_b), axis=-1)


def generalised_jsd(student_logits: np.ndarray, teacher_logits: np.ndarray, *, beta: float) -> np.ndarray:
    """Return the generalised Jensen-Shannon divergence of each position."""
    if not 0 <= beta <= 1:
        raise ValueError(f"beta must be in 0 .. 1; got {beta}")
    if student_logits.shape != teacher_logits.shape:
        raise ValueError(f"the logits must have one shape; got {student_logits.shape} and {teacher_logits.shape}")
    log_q, log_p = log_softmax(student_logits), log_softmax(teacher_logits)

    # The ends: m would be one of the two, and one KL of zero with weight 1 is left. Divided by the vanishing weight,
    # the other term has a limit, which is what users of beta = 0 and beta = 1 mean.
    if beta == 0:
        return kl(log_p, log_q)
    if beta == 1:
        return kl(log_q, log_p)

    # The mixture in logarithms: exp(-10000) is 0 in floating point, -10000 is a number like any other.
    log_m = np.logaddexp(np.log(beta) + log_p, np.log1p(-beta) + log_q)

    # m is never far below p or q (m >= beta p), so both terms are bounded: by -ln beta and by -ln(1 - beta).
    return beta * kl(log_p, log_m) + (1 - beta) * kl(log_q, log_m)
