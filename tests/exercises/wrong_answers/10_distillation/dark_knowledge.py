"""Plausible wrong answers to dark_knowledge; each docstring's first line is found in the failure it gets."""

import numpy as np


def _parts(student, teacher, labels, temperature):
    n, classes = student.shape
    if classes < 2 or labels.min() < 0 or labels.max() >= classes:
        raise ValueError("labels or classes")
    hot = np.eye(classes, dtype=bool)[labels]
    out = []
    for x in (student, teacher):
        x = x.astype(np.float64) / temperature
        others = x[~hot].reshape(n, -1)
        rest = np.logaddexp.reduce(others, axis=1)
        m = x[hot] - rest
        out += [-np.logaddexp(0, -m), -np.logaddexp(0, m), others - rest[:, None]]
    lq, nq, oq, lp, np_, op = out
    weight = np.exp(np_)
    target = np.exp(lp) * (lp - lq) + weight * (np_ - nq)
    return target, weight, np.sum(np.exp(op) * (op - oq), axis=1), (lq, nq, oq, lp, np_, op)


def one_minus_p(student_logits, teacher_logits, labels, *, temperature=1.0):
    """whose digits cancel
    Solver's mistake.
    """
    target, _, non_target, (_, _, _, lp, _, _) = _parts(student_logits, teacher_logits, labels, temperature)
    return target, 1 - np.exp(lp), non_target


def definition_as_it_stands(student_logits, teacher_logits, labels, *, temperature=1.0):
    """NaN or infinity came out
    Solver's mistake.
    """
    _parts(student_logits, teacher_logits, labels, temperature)
    rows = np.arange(len(labels))

    def soften(x):
        e = np.exp((x - x.max(axis=1, keepdims=True)).astype(np.float64) / temperature)
        return e / e.sum(axis=1, keepdims=True)

    p, q = soften(teacher_logits), soften(student_logits)
    a, b = p[rows, labels], q[rows, labels]
    target = a * np.log(a / b) + (1 - a) * np.log((1 - a) / (1 - b))
    p, q = p / (1 - a)[:, None], q / (1 - b)[:, None]
    terms = p * np.log(p / q)
    terms[rows, labels] = 0
    return target, 1 - a, terms.sum(axis=1)


def label_only(student_logits, teacher_logits, labels, *, temperature=1.0):
    """the target term holds only the label's own share
    Solver's mistake.
    """
    _, weight, non_target, (lq, _, _, lp, _, _) = _parts(student_logits, teacher_logits, labels, temperature)
    return np.exp(lp) * (lp - lq), weight, non_target


def not_renormalised(student_logits, teacher_logits, labels, *, temperature=1.0):
    """was summed over the plain probabilities of the others
    Solver's mistake.
    """
    target, weight, _, (_, nq, oq, _, np_, op) = _parts(student_logits, teacher_logits, labels, temperature)
    lp, lq = op + np_[:, None], oq + nq[:, None]
    return target, weight, np.sum(np.exp(lp) * (lp - lq), axis=1)


def weight_included(student_logits, teacher_logits, labels, *, temperature=1.0):
    """non_target already holds the weight"""
    target, weight, non_target, _ = _parts(student_logits, teacher_logits, labels, temperature)
    return target, weight, weight * non_target


def weight_of_the_label(student_logits, teacher_logits, labels, *, temperature=1.0):
    """weight is p_y; it is what remains"""
    target, weight, non_target, _ = _parts(student_logits, teacher_logits, labels, temperature)
    return target, 1 - weight, non_target


def weight_of_the_student(student_logits, teacher_logits, labels, *, temperature=1.0):
    """it is the teacher that weighs"""
    target, _, non_target, (_, nq, *_) = _parts(student_logits, teacher_logits, labels, temperature)
    return target, np.exp(nq), non_target


def own_label_of_the_teacher(student_logits, teacher_logits, labels, *, temperature=1.0):
    """the label of the teacher"""
    _parts(student_logits, teacher_logits, labels, temperature)
    return _parts(student_logits, teacher_logits, teacher_logits.argmax(axis=1), temperature)[:3]
