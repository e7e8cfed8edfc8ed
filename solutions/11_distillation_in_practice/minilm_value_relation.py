"""Reference answer: MiniLM's value relation."""

import numpy as np


def log_relations(values: np.ndarray, heads: int, mask: np.ndarray) -> np.ndarray:
    """Return ln softmax(V V^T / sqrt(d)) by head: (batch, heads, tokens, tokens)."""
    batch, tokens, width = values.shape
    d = width // heads

    # Split the last axis, whose columns belong to the heads; a ValueError by itself where heads does not divide it.
    # Tokens i and j meet within a head h: (batch, heads, tokens, tokens).
    v = values.astype(np.float64).reshape(batch, tokens, heads, d)
    scores = np.einsum("bihd,bjhd->bhij", v, v) / np.sqrt(d)

    # Padded keys: a score so low that its exponential is 0. Finite, so that ln p - ln q is 0 there and not NaN.
    scores = np.where(mask[:, None, None, :], scores, np.finfo(np.float64).min)
    scores = scores - scores.max(axis=3, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=3, keepdims=True))


def minilm_value_relation(
    student_values: np.ndarray, teacher_values: np.ndarray, *, heads: int, mask: np.ndarray | None = None
) -> float:
    """Return the mean KL divergence of the value relations of teacher and student."""
    if heads < 1:
        raise ValueError(f"heads must be at least 1; got {heads}")
    if mask is None:
        mask = np.ones(student_values.shape[:2], bool)
    if not mask.any():
        raise ValueError("no token is real: the mean is over nothing")

    # tokens x tokens on both sides: the widths have gone, no learned projection is needed.
    log_q = log_relations(student_values, heads, mask)
    log_p = log_relations(teacher_values, heads, mask)
    divergence = np.sum(np.exp(log_p) * (log_p - log_q), axis=3)  # (batch, heads, tokens)

    # Padded queries: every token has all heads, so the mean over heads comes first; then the real rows alone.
    return divergence.mean(axis=1)[mask].mean()
