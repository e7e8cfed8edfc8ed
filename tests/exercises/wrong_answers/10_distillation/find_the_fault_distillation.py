"""Wrong repairs of the distillation loss; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def _parts(student, teacher, labels, temperature, alpha, hard_t=1.0):
    if not temperature > 0:
        raise ValueError("temperature")
    z, t = student.astype(np.float64), teacher.astype(np.float64)
    lq, lp, ls = _log_softmax(z / temperature), _log_softmax(t / temperature), _log_softmax(z / hard_t)
    soft = float(np.sum(np.exp(lp) * (lp - lq)) / len(z))
    hard = -float(ls[np.arange(len(z)), labels].mean())
    hard_grad = (np.exp(ls) - np.eye(z.shape[1])[labels]) / len(z) / hard_t
    return soft, hard, (np.exp(lq) - np.exp(lp)) / temperature / len(z), hard_grad


def unrepaired(student_logits, teacher_logits, labels, *, temperature, alpha):
    """the fault is still there"""
    soft, hard, a, b = _parts(student_logits, teacher_logits, labels, temperature, alpha)
    return alpha * temperature**2 * soft + (1 - alpha) * hard, alpha * a + (1 - alpha) * b


def scales_the_whole_gradient(student_logits, teacher_logits, labels, *, temperature, alpha):
    """T\\^2 was put on the whole gradient
    Solver's mistake.
    """
    soft, hard, a, b = _parts(student_logits, teacher_logits, labels, temperature, alpha)
    return alpha * temperature**2 * soft + (1 - alpha) * hard, temperature**2 * (alpha * a + (1 - alpha) * b)


def drops_the_division(student_logits, teacher_logits, labels, *, temperature, alpha):
    """half mended
    Solver's mistake.
    """
    soft, hard, a, b = _parts(student_logits, teacher_logits, labels, temperature, alpha)
    return alpha * temperature**2 * soft + (1 - alpha) * hard, alpha * a * temperature + (1 - alpha) * b


def drops_the_division_and_squares(student_logits, teacher_logits, labels, *, temperature, alpha):
    """mended too far
    Solver's mistake.
    """
    soft, hard, a, b = _parts(student_logits, teacher_logits, labels, temperature, alpha)
    return alpha * temperature**2 * soft + (1 - alpha) * hard, alpha * a * temperature**3 + (1 - alpha) * b


def bends_the_loss(student_logits, teacher_logits, labels, *, temperature, alpha):
    """the loss was bent to fit the gradient
    Solver's mistake.
    """
    soft, hard, a, b = _parts(student_logits, teacher_logits, labels, temperature, alpha)
    return alpha * soft + (1 - alpha) * hard, alpha * a + (1 - alpha) * b


def softens_the_labels_too(student_logits, teacher_logits, labels, *, temperature, alpha):
    """the hard term is at temperature T now"""
    soft, hard, a, b = _parts(student_logits, teacher_logits, labels, temperature, alpha, hard_t=temperature)
    square = temperature**2
    return alpha * square * soft + (1 - alpha) * hard, alpha * a * square + (1 - alpha) * b


def all_teacher(student_logits, teacher_logits, labels, *, temperature, alpha):
    """alpha was changed to make up"""
    soft, _, a, _ = _parts(student_logits, teacher_logits, labels, temperature, alpha)
    return temperature**2 * soft, temperature**2 * a


def turned_round(student_logits, teacher_logits, labels, *, temperature, alpha):
    """the gradient has the wrong sign"""
    soft, hard, a, b = _parts(student_logits, teacher_logits, labels, temperature, alpha)
    square = temperature**2
    return alpha * square * soft + (1 - alpha) * hard, -alpha * a * square - (1 - alpha) * b
