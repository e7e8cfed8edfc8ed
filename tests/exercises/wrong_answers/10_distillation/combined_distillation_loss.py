"""Plausible wrong answers to combined_distillation_loss; each docstring's first line is found in its failure."""

import numpy as np


def _softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _loss(student, teacher, labels, temperature, alpha, *, hard_t=1.0, hard_by=None, soft_by=None, scale=None):
    if not 0 <= alpha <= 1 or labels.min() < -1 or labels.max() >= student.shape[1]:
        raise ValueError("alpha or labels")
    z, t = student.astype(np.float64), teacher.astype(np.float64)
    p, q, s = _softmax(t / temperature), _softmax(z / temperature), _softmax(z / hard_t)
    scale = temperature**2 if scale is None else scale
    soft_by = soft_by or len(z)
    with np.errstate(all="ignore"):
        terms = np.where(p > 0, p * (np.log(p) - np.log(q)), 0)
    loss = alpha * scale * terms.sum() / soft_by
    grad = alpha * scale / temperature * (q - p) / soft_by
    has = labels >= 0
    if has.any():
        n = hard_by or has.sum()
        hot = np.eye(student.shape[1])[labels] * has[:, None]
        with np.errstate(all="ignore"):
            loss -= (1 - alpha) / n * np.log(s[has, labels[has]]).sum()
        grad += (1 - alpha) / hard_t / n * (s * has[:, None] - hot)
    return float(loss), grad


def mean_of_the_whole_batch(student_logits, teacher_logits, labels, *, temperature, alpha):
    """the hard loss was divided by the whole batch
    Solver's mistake.
    """
    return _loss(student_logits, teacher_logits, labels, temperature, alpha, hard_by=len(labels))


def minus_one_as_an_index(student_logits, teacher_logits, labels, *, temperature, alpha):
    """in NumPy that is the last class
    Solver's mistake.
    """
    _loss(student_logits, teacher_logits, labels, temperature, alpha)
    labels = labels % student_logits.shape[1]
    return _loss(student_logits, teacher_logits, labels, temperature, alpha)


def softened_cross_entropy(student_logits, teacher_logits, labels, *, temperature, alpha):
    """the hard loss was taken at temperature T
    Solver's mistake.
    """
    return _loss(student_logits, teacher_logits, labels, temperature, alpha, hard_t=temperature)


def mean_of_nothing(student_logits, teacher_logits, labels, *, temperature, alpha):
    """the mean over no labelled sample was taken
    Solver's mistake.
    """
    loss, grad = _loss(student_logits, teacher_logits, labels, temperature, alpha)
    return (loss if (labels >= 0).any() else float("nan")), grad


def alpha_on_the_labels(student_logits, teacher_logits, labels, *, temperature, alpha):
    """alpha weighs the wrong term"""
    return _loss(student_logits, teacher_logits, labels, temperature, 1 - alpha)


def no_t_squared(student_logits, teacher_logits, labels, *, temperature, alpha):
    """T\\^2 is missing in the soft loss"""
    return _loss(student_logits, teacher_logits, labels, temperature, alpha, scale=1.0)


def gradient_without_t_squared(student_logits, teacher_logits, labels, *, temperature, alpha):
    """the loss is right and the gradient lacks T\\^2"""
    loss, _ = _loss(student_logits, teacher_logits, labels, temperature, alpha)
    return loss, _loss(student_logits, teacher_logits, labels, temperature, alpha, scale=1.0)[1]


def only_labelled_samples(student_logits, teacher_logits, labels, *, temperature, alpha):
    """the soft loss was divided by the labelled samples"""
    n = max(int((labels >= 0).sum()), 1)
    return _loss(student_logits, teacher_logits, labels, temperature, alpha, soft_by=n)


def accepts_every_label(student_logits, teacher_logits, labels, *, temperature, alpha):
    """a label must be -1 or in 0 \\.\\. 4"""
    labels = np.where(labels < student_logits.shape[1], np.maximum(labels, -1), -1)
    return _loss(student_logits, teacher_logits, labels, temperature, alpha)
