"""Plausible wrong answers to topk_distillation_loss; each docstring's first line is found in the failure it gets."""

import numpy as np


def _checked(z, a, indices):
    n, v = z.shape
    if indices.min() < 0 or indices.max() >= v or any(len(set(r)) < len(r) for r in indices.tolist()):
        raise ValueError("indices")
    a = a.astype(np.float64)
    p = np.exp(a)
    rest = 1 - p.sum(axis=1)
    if rest.min() < -1e-6:
        raise ValueError("probabilities")
    z = z.astype(np.float64)
    log_q = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    others = np.ones(z.shape, bool)
    others[np.arange(n)[:, None], indices] = False
    return log_q, a, p, np.maximum(rest, 0) * (indices.shape[1] < v), others, np.arange(n)[:, None]


def _log_rest(log_q, others):
    return np.logaddexp.reduce(np.where(others, log_q, -1e9), axis=1, keepdims=True)


def _right(z, a, indices):
    log_q, a, p, rest, others, rows = _checked(z, a, indices)
    log_rest = _log_rest(log_q, others)
    held = np.where(rest > 0, rest, 1)[:, None]
    loss = np.sum(p * (a - log_q[rows, indices])) + np.sum(rest[:, None] * (np.log(held) - log_rest))
    grad = np.exp(log_q) - others * rest[:, None] * np.exp(np.where(others, log_q - log_rest, 0))
    grad[rows, indices] -= p
    return loss / len(z), grad / len(z)


def renormalised(student_logits, top_logprobs, top_indices):
    """the top k were renormalised to sum to 1
    Solver's mistake.
    """
    log_q, a, p, _, _, rows = _checked(student_logits, top_logprobs, top_indices)
    a = a - np.log(p.sum(axis=1, keepdims=True))
    grad = np.exp(log_q)
    grad[rows, top_indices] -= np.exp(a)
    return np.sum(np.exp(a) * (a - log_q[rows, top_indices])) / len(log_q), grad / len(log_q)


def no_bucket(student_logits, top_logprobs, top_indices):
    """the rest was left out
    Solver's mistake.
    """
    log_q, a, p, _, _, rows = _checked(student_logits, top_logprobs, top_indices)
    grad = np.exp(log_q)
    grad[rows, top_indices] -= p
    return np.sum(p * (a - log_q[rows, top_indices])) / len(log_q), grad / len(log_q)


def one_minus_the_sum(student_logits, top_logprobs, top_indices):
    """NaN or infinity: ln 0
    Solver's mistake.
    """
    log_q, a, p, rest, others, rows = _checked(student_logits, top_logprobs, top_indices)
    q = np.exp(log_q)
    with np.errstate(all="ignore"):
        q_rest = (1 - q[rows, top_indices].sum(axis=1))[:, None]
        term = np.where(rest[:, None] > 0, rest[:, None] * (np.log(rest[:, None]) - np.log(q_rest)), 0)
        grad = q - others * rest[:, None] * q / q_rest
    grad[rows, top_indices] -= p
    loss = np.sum(p * (a - log_q[rows, top_indices])) + np.sum(term)
    return loss / len(q), grad / len(q)


def gradient_of_the_top_alone(student_logits, top_logprobs, top_indices):
    """the gradient of the rest is q alone
    Solver's mistake.
    """
    loss, _ = _right(student_logits, top_logprobs, top_indices)
    return loss, no_bucket(student_logits, top_logprobs, top_indices)[1]


def rest_spread_evenly(student_logits, top_logprobs, top_indices):
    """p_rest was spread evenly
    Solver's mistake.
    """
    log_q, a, p, rest, others, rows = _checked(student_logits, top_logprobs, top_indices)
    even = (rest / max(others[0].sum(), 1))[:, None] * others
    terms = even * (np.log(np.where(even > 0, even, 1)) - log_q)
    grad = np.exp(log_q) - even
    grad[rows, top_indices] -= p
    return (np.sum(p * (a - log_q[rows, top_indices])) + terms.sum()) / len(log_q), grad / len(log_q)


def cross_entropy_of_the_rest(student_logits, top_logprobs, top_indices):
    """the teacher's ln p_rest is missing"""
    _, grad = _right(student_logits, top_logprobs, top_indices)
    log_q, a, p, rest, others, rows = _checked(student_logits, top_logprobs, top_indices)
    loss = np.sum(p * (a - log_q[rows, top_indices])) - np.sum(rest[:, None] * _log_rest(log_q, others))
    return loss / len(log_q), grad


def all_of_the_rest_from_each(student_logits, top_logprobs, top_indices):
    """takes all of p_rest from every token"""
    loss, grad = _right(student_logits, top_logprobs, top_indices)
    log_q, _, _, rest, others, _ = _checked(student_logits, top_logprobs, top_indices)
    return loss, np.where(others, (np.exp(log_q) - rest[:, None]) / len(log_q), grad)


def accepts_a_token_twice(student_logits, top_logprobs, top_indices):
    """a position names a token twice"""
    if top_indices.min() < 0 or top_indices.max() >= student_logits.shape[1]:
        raise ValueError("indices")
    if any(len(set(r)) < len(r) for r in top_indices.tolist()):
        return 0.0, np.zeros(student_logits.shape)
    return _right(student_logits, top_logprobs, top_indices)
