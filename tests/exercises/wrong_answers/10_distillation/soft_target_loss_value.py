"""Plausible wrong answers to soft_target_loss_value; each docstring's first line is found in the failure it gets."""

import numpy as np


def _checked(student, teacher, temperature):
    if not (temperature > 0 and np.isfinite(temperature)):
        raise ValueError("temperature")
    if student.shape != teacher.shape or not student.size:
        raise ValueError("shape")
    if not np.isfinite(student + teacher).all():
        raise ValueError("finite")
    return student.astype(np.float64), teacher.astype(np.float64)


def _log_softmax(x, axis=-1):
    x = x - x.max(axis=axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


def batchmean_of_a_library(student_logits, teacher_logits, *, temperature=1.0):
    """divided by the first axis alone \\(batchmean\\)
    Solver's mistake.
    """
    z, t = _checked(student_logits, teacher_logits, temperature)
    log_p, log_q = _log_softmax(t / temperature), _log_softmax(z / temperature)
    return float(temperature**2 * np.sum(np.exp(log_p) * (log_p - log_q)) / len(z))


def mean_of_everything(student_logits, teacher_logits, *, temperature=1.0):
    """the mean ran over the classes as well
    Solver's mistake.
    """
    z, t = _checked(student_logits, teacher_logits, temperature)
    log_p, log_q = _log_softmax(t / temperature), _log_softmax(z / temperature)
    return float(temperature**2 * np.mean(np.exp(log_p) * (log_p - log_q)))


def textbook_softmax(student_logits, teacher_logits, *, temperature=1.0):
    """an exponential overflowed, or the logarithm of 0
    Solver's mistake.
    """
    z, t = _checked(student_logits, teacher_logits, temperature)
    p, q = np.exp(t / temperature), np.exp(z / temperature)
    p, q = p / p.sum(axis=-1, keepdims=True), q / q.sum(axis=-1, keepdims=True)
    return float(temperature**2 * np.mean(np.sum(p * np.log(p / q), axis=-1)))


def epsilon_in_the_logarithm(student_logits, teacher_logits, *, temperature=1.0):
    """an epsilon of 1e-12 in the logarithm
    Solver's mistake.
    """
    z, t = _checked(student_logits, teacher_logits, temperature)
    p, q = np.exp(_log_softmax(t / temperature)), np.exp(_log_softmax(z / temperature))
    return float(temperature**2 * np.mean(np.sum(p * np.log((p + 1e-12) / (q + 1e-12)), axis=-1)))


def no_t_squared(student_logits, teacher_logits, *, temperature=1.0):
    """T\\^2 is missing"""
    z, t = _checked(student_logits, teacher_logits, temperature)
    log_p, log_q = _log_softmax(t / temperature), _log_softmax(z / temperature)
    return float(np.mean(np.sum(np.exp(log_p) * (log_p - log_q), axis=-1)))


def reverse(student_logits, teacher_logits, *, temperature=1.0):
    """the divergence is the wrong way round"""
    z, t = _checked(student_logits, teacher_logits, temperature)
    log_p, log_q = _log_softmax(t / temperature), _log_softmax(z / temperature)
    return float(temperature**2 * np.mean(np.sum(np.exp(log_q) * (log_q - log_p), axis=-1)))


def cross_entropy(student_logits, teacher_logits, *, temperature=1.0):
    """the teacher's own entropy .* was not taken away"""
    z, t = _checked(student_logits, teacher_logits, temperature)
    log_p, log_q = _log_softmax(t / temperature), _log_softmax(z / temperature)
    return float(-(temperature**2) * np.mean(np.sum(np.exp(log_p) * log_q, axis=-1)))


def first_axis(student_logits, teacher_logits, *, temperature=1.0):
    """the softmax ran over the first axis"""
    z, t = _checked(student_logits, teacher_logits, temperature)
    log_p, log_q = _log_softmax(t / temperature, 0), _log_softmax(z / temperature, 0)
    return float(temperature**2 * np.sum(np.exp(log_p) * (log_p - log_q)) / (z.size / z.shape[-1]))


def student_left_hard(student_logits, teacher_logits, *, temperature=1.0):
    """only the teacher was softened"""
    z, t = _checked(student_logits, teacher_logits, temperature)
    log_p, log_q = _log_softmax(t / temperature), _log_softmax(z)
    return float(temperature**2 * np.mean(np.sum(np.exp(log_p) * (log_p - log_q), axis=-1)))
