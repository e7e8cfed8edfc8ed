"""Plausible wrong answers to high_temperature_limit; each docstring's first line is found in the failure it gets."""

import numpy as np


def _both(student, teacher, temperature):
    if student.shape != teacher.shape or student.ndim != 2 or not 1 <= temperature <= 1e15:
        raise ValueError("shapes or temperature")
    z, t = student.astype(np.float64), teacher.astype(np.float64)
    a, b = ((x - x.max(axis=1, keepdims=True)) / temperature for x in (z, t))

    def rest(x):
        return np.log1p(np.mean(np.expm1(x), axis=1, keepdims=True))

    p = np.exp(b - rest(b)) / z.shape[1]
    scaled = temperature * p * np.expm1(np.minimum(a - b - rest(a) + rest(b), 700)) / len(z)
    d = z - t
    return z, t, scaled, (d - d.mean(1, keepdims=True)) / d.size


def _softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def plain_difference(student_logits, teacher_logits, *, temperature):
    """which grows with T: digits cancel
    Solver's mistake.
    """
    z, t, _, limit = _both(student_logits, teacher_logits, temperature)
    return temperature * (_softmax(z / temperature) - _softmax(t / temperature)) / len(z), limit


def difference_in_logarithms(student_logits, teacher_logits, *, temperature):
    """right but for an error of .*, which grows with T
    Solver's mistake.
    """
    z, t, _, limit = _both(student_logits, teacher_logits, temperature)
    a, b = z / temperature, t / temperature
    log_q = a - np.logaddexp.reduce(a, axis=1, keepdims=True)
    log_p = b - np.logaddexp.reduce(b, axis=1, keepdims=True)
    return temperature * np.exp(log_p) * np.expm1(log_q - log_p) / len(z), limit


def logits_of_mean_zero(student_logits, teacher_logits, *, temperature):
    """the limit does not centre the logits
    Solver's mistake.
    """
    z, t, scaled, _ = _both(student_logits, teacher_logits, temperature)
    return scaled, (z - t) / z.size


def without_the_classes(student_logits, teacher_logits, *, temperature):
    """the limit lacks the number of classes N
    Solver's mistake.
    """
    z, _, scaled, limit = _both(student_logits, teacher_logits, temperature)
    return scaled, limit * z.shape[1]


def limit_for_both(student_logits, teacher_logits, *, temperature):
    """the limit is given in place of the gradient"""
    _, _, _, limit = _both(student_logits, teacher_logits, temperature)
    return limit.copy(), limit


def not_scaled(student_logits, teacher_logits, *, temperature):
    """scaled lacks the factor T"""
    _, _, scaled, limit = _both(student_logits, teacher_logits, temperature)
    return scaled / temperature, limit


def full_squared_error(student_logits, teacher_logits, *, temperature):
    """the limit is twice too large"""
    _, _, scaled, limit = _both(student_logits, teacher_logits, temperature)
    return scaled, 2 * limit


def means_of_the_batch(student_logits, teacher_logits, *, temperature):
    """the means for the limit were taken over the batch"""
    z, t, scaled, _ = _both(student_logits, teacher_logits, temperature)
    d = z - t
    return scaled, (d - d.mean(axis=0)) / d.size
