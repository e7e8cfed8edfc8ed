"""Plausible wrong answers to soft_target_gradient; each docstring's first line is found in the failure it gets."""

import numpy as np


def _parts(student, teacher, temperature, mask):
    if student.shape != teacher.shape:
        raise ValueError("shapes")
    mask = np.ones(student.shape[:2], bool) if mask is None else mask
    if mask.shape != student.shape[:2] or not mask.any():
        raise ValueError("mask")
    keep = mask[..., None]
    z = np.where(keep, student, 0).astype(np.float64) / temperature
    t = np.where(keep, teacher, 0).astype(np.float64) / temperature
    return _softmax(z), _softmax(t), mask, keep


def _softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def multiplies_by_the_mask(student_logits, teacher_logits, *, temperature, mask=None):
    """NaN came out of padding
    Solver's mistake.
    """
    _, _, mask, keep = _parts(student_logits, teacher_logits, temperature, mask)
    with np.errstate(all="ignore"):
        q = _softmax(student_logits.astype(np.float64) / temperature)
        p = _softmax(teacher_logits.astype(np.float64) / temperature)
        return (temperature * keep * (q - p) / mask.sum()).astype(student_logits.dtype)


def padding_in_the_mean(student_logits, teacher_logits, *, temperature, mask=None):
    """divided by all the positions, padding
    Solver's mistake.
    """
    q, p, mask, keep = _parts(student_logits, teacher_logits, temperature, mask)
    return (temperature * keep * (q - p) / mask.size).astype(student_logits.dtype)


def forgets_the_chain_rule(student_logits, teacher_logits, *, temperature, mask=None):
    """the chain rule's 1 / T was forgotten
    Solver's mistake.
    """
    q, p, mask, keep = _parts(student_logits, teacher_logits, temperature, mask)
    return (temperature**2 * keep * (q - p) / mask.sum()).astype(student_logits.dtype)


def quotes_the_paper(student_logits, teacher_logits, *, temperature, mask=None):
    """T\\^2 was left out
    Solver's mistake.
    """
    q, p, mask, keep = _parts(student_logits, teacher_logits, temperature, mask)
    return ((q - p) / temperature * keep / mask.sum()).astype(student_logits.dtype)


def descends(student_logits, teacher_logits, *, temperature, mask=None):
    """the sign is wrong"""
    q, p, mask, keep = _parts(student_logits, teacher_logits, temperature, mask)
    return (temperature * keep * (p - q) / mask.sum()).astype(student_logits.dtype)


def by_the_batch(student_logits, teacher_logits, *, temperature, mask=None):
    """divided by the batch alone"""
    q, p, mask, keep = _parts(student_logits, teacher_logits, temperature, mask)
    return (temperature * keep * (q - p) / len(student_logits)).astype(student_logits.dtype)


def by_the_probabilities(student_logits, teacher_logits, *, temperature, mask=None):
    """not by its logits"""
    q, p, mask, keep = _parts(student_logits, teacher_logits, temperature, mask)
    return (-temperature * keep * p / np.maximum(q, 1e-300) / mask.sum()).astype(student_logits.dtype)


def always_double(student_logits, teacher_logits, *, temperature, mask=None):
    """expected dtype float32, returned float64"""
    q, p, mask, keep = _parts(student_logits, teacher_logits, temperature, mask)
    return temperature * keep * (q - p) / mask.sum()
