"""Reference answer: distillation from the top k and one bucket for the rest."""

import numpy as np


def log_sum_exp(x: np.ndarray) -> np.ndarray:
    """Return ln of the sum of exponentials of each row, (rows, 1), with the maximum taken out."""
    top = x.max(axis=1, keepdims=True)
    return top + np.log(np.exp(x - top).sum(axis=1, keepdims=True))


def topk_distillation_loss(
    student_logits: np.ndarray, top_logprobs: np.ndarray, top_indices: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return ``(loss, grad)`` of distillation from k log-probabilities and one bucket for the rest."""
    n, vocabulary = student_logits.shape
    if (top_indices < 0).any() or (top_indices >= vocabulary).any():
        raise ValueError(f"top_indices must be in 0 .. {vocabulary - 1}")
    if (np.diff(np.sort(top_indices)) == 0).any():
        raise ValueError("a position names a token twice")
    log_p = top_logprobs.astype(np.float64)
    p = np.exp(log_p)
    p_rest = 1 - p.sum(axis=1)
    if (p_rest < -1e-6).any():
        raise ValueError("the probabilities of a position sum to more than 1")

    # The tokens that are named: as in any softmax with cross-entropy, q - p. (q times the sum of the weights, to be
    # exact: 1 with the rest among them, and nearly 1 without.)
    z = student_logits.astype(np.float64)
    log_q = z - log_sum_exp(z)
    rows = np.arange(n)[:, None]
    loss = np.sum(p * (log_p - log_q[rows, top_indices]))
    left = (p_rest > 0) & (top_indices.shape[1] < vocabulary)
    grad = np.exp(log_q) * np.where(left, 1, p.sum(axis=1))[:, None]
    grad[rows, top_indices] -= p

    # The rest, one outcome for both models: its mass is taught, how it is spread is left to the student. Renormalising
    # the top k in place of this would teach that the rest is impossible.
    if left.any():
        is_rest = np.ones(z.shape, bool)
        is_rest[rows, top_indices] = False
        log_q_rest = log_q[is_rest].reshape(n, -1)[left]
        log_mass = log_sum_exp(log_q_rest)  # not ln(1 - sum of q), which loses every digit for a sure student
        mass = p_rest[left][:, None]
        loss += np.sum(mass * (np.log(mass) - log_mass))

        # d ln q_rest / d z_c = q_c / q_rest - q_c: the bucket's push is shared by the student's own proportions. As
        # a difference of logarithms the fraction survives where q_c and q_rest underflow.
        grad[is_rest & left[:, None]] -= (mass * np.exp(log_q_rest - log_mass)).ravel()
    return loss / n, grad / n
