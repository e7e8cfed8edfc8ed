"""Plausible wrong answers to generalised_jsd; each docstring's first line is found in the failure it gets."""

import numpy as np


def _logs(student, teacher, beta):
    if not 0 <= beta <= 1 or student.shape != teacher.shape:
        raise ValueError("beta or shapes")
    z, t = student.astype(np.float64), teacher.astype(np.float64)
    return (
        t - np.logaddexp.reduce(t, axis=-1, keepdims=True),
        z - np.logaddexp.reduce(z, axis=-1, keepdims=True),
    )


def _kl(a, b):
    return np.sum(np.exp(a) * (a - b), axis=-1)


def _jsd(lp, lq, beta, share=None):
    if beta in (0, 1):
        return _kl(lp, lq) if beta == 0 else _kl(lq, lp)
    share = beta if share is None else share
    m = np.logaddexp(np.log(share) + lp, np.log(1 - share) + lq)
    return beta * _kl(lp, m) + (1 - beta) * _kl(lq, m)


def formula_everywhere(student_logits, teacher_logits, *, beta):
    """where it is 0 for any p and q
    Solver's mistake.
    """
    lp, lq = _logs(student_logits, teacher_logits, beta)
    if beta in (0, 1):
        return np.zeros(lp.shape[:-1])
    return _jsd(lp, lq, beta)


def probabilities_first(student_logits, teacher_logits, *, beta):
    """0 times the logarithm of 0
    Solver's mistake.
    """
    lp, lq = _logs(student_logits, teacher_logits, beta)
    if beta in (0, 1):
        return _jsd(lp, lq, beta)
    p, q = np.exp(lp), np.exp(lq)
    m = beta * p + (1 - beta) * q
    return beta * np.sum(p * np.log(p / m), axis=-1) + (1 - beta) * np.sum(q * np.log(q / m), axis=-1)


def share_of_the_student(student_logits, teacher_logits, *, beta):
    """beta is the share of the teacher
    Solver's mistake.
    """
    lp, lq = _logs(student_logits, teacher_logits, beta)
    return _jsd(lp, lq, 1 - beta)


def batch_mean(student_logits, teacher_logits, *, beta):
    """the mean over the positions
    Solver's mistake.
    """
    lp, lq = _logs(student_logits, teacher_logits, beta)
    return np.mean(_jsd(lp, lq, beta))


def half_a_mixture(student_logits, teacher_logits, *, beta):
    """the mixture is half and half"""
    lp, lq = _logs(student_logits, teacher_logits, beta)
    return _jsd(lp, lq, beta, share=0.5)


def crossed_mixture(student_logits, teacher_logits, *, beta):
    """stands with the student in the mixture"""
    lp, lq = _logs(student_logits, teacher_logits, beta)
    return _jsd(lp, lq, beta, share=1 - beta)


def from_the_mixture(student_logits, teacher_logits, *, beta):
    """the two KL terms are the wrong way round"""
    lp, lq = _logs(student_logits, teacher_logits, beta)
    if beta in (0, 1):
        return _jsd(lp, lq, beta)
    m = np.logaddexp(np.log(beta) + lp, np.log(1 - beta) + lq)
    return beta * _kl(m, lp) + (1 - beta) * _kl(m, lq)


def blend_of_both(student_logits, teacher_logits, *, beta):
    """forward and reverse KL were blended"""
    lp, lq = _logs(student_logits, teacher_logits, beta)
    return (1 - beta) * _kl(lp, lq) + beta * _kl(lq, lp)
