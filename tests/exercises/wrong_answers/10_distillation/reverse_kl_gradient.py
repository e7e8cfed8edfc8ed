"""Plausible wrong answers to reverse_kl_gradient; each docstring's first line is found in the failure it gets."""

import numpy as np


def _parts(student, teacher, temperature, weights):
    w = np.ones(len(student)) if weights is None else weights.astype(np.float64)
    if w.min() < 0 or not w.sum():
        raise ValueError("weights")
    return _log_softmax(student / temperature), _log_softmax(teacher / temperature), (w / w.sum())[:, None]


def _log_softmax(x):
    x = x.astype(np.float64)
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def _loss(lq, lp, share, temperature):
    return float(temperature**2 * np.sum(share * np.exp(lq) * (lq - lp)))


def no_baseline(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """the baseline - D is missing
    Solver's mistake.
    """
    lq, lp, share = _parts(student_logits, teacher_logits, temperature, weights)
    return _loss(lq, lp, share, temperature), temperature * share * np.exp(lq) * (lq - lp)


def forward_gradient(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """the gradient is that of the forward divergence
    Solver's mistake.
    """
    lq, lp, share = _parts(student_logits, teacher_logits, temperature, weights)
    return _loss(lq, lp, share, temperature), temperature * share * (np.exp(lq) - np.exp(lp))


def exchanged(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """the forward one with p and q exchanged
    Solver's mistake.
    """
    lq, lp, share = _parts(student_logits, teacher_logits, temperature, weights)
    return _loss(lq, lp, share, temperature), temperature * share * (np.exp(lp) - np.exp(lq))


def probabilities_first(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """q / p was divided where both underflow
    Solver's mistake.
    """
    lq, lp, share = _parts(student_logits, teacher_logits, temperature, weights)
    q, p = np.exp(lq), np.exp(lp)
    r = np.log(q / p)
    d = np.sum(q * r, axis=-1, keepdims=True)
    return float(temperature**2 * np.sum(share * d)), temperature * share * q * (r - d)


def forward_loss(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """the forward divergence \\(前向 KL\\), KL\\(teacher"""
    lq, lp, share = _parts(student_logits, teacher_logits, temperature, weights)
    return _loss(lp, lq, share, temperature), temperature * share * (np.exp(lq) - np.exp(lp))


def by_the_probabilities(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """the gradient is by the probabilities q"""
    lq, lp, share = _parts(student_logits, teacher_logits, temperature, weights)
    return _loss(lq, lp, share, temperature), temperature * share * (lq - lp + 1)


def kept_the_one(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """the \\+ 1 of the derivative was kept"""
    lq, lp, share = _parts(student_logits, teacher_logits, temperature, weights)
    q = np.exp(lq)
    d = np.sum(q * (lq - lp), axis=-1, keepdims=True)
    return _loss(lq, lp, share, temperature), temperature * share * q * (lq - lp + 1 - d)


def mean_over_tokens(student_logits, teacher_logits, *, temperature=1.0, weights=None):
    """the weights must be divided by their own sum"""
    _, _, share = _parts(student_logits, teacher_logits, temperature, weights)
    lq, lp, _ = _parts(student_logits, teacher_logits, temperature, None)
    share = share * (1.0 if weights is None else float(weights.sum()) / len(weights))
    q = np.exp(lq)
    d = np.sum(q * (lq - lp), axis=-1, keepdims=True)
    return _loss(lq, lp, share, temperature), temperature * share * q * (lq - lp - d)
