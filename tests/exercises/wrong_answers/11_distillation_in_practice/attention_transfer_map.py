"""Plausible wrong answers to attention_transfer_map; each docstring's first line is found in the failure it gets."""

import numpy as np


def _checked(student, teacher, power):
    if student.ndim != 4 or teacher.ndim != 4 or student.shape[0] != teacher.shape[0] or not power > 0:
        raise ValueError("shapes or power")
    if teacher.shape[2] % student.shape[2] or teacher.shape[3] % student.shape[3]:
        raise ValueError("grid")
    return student.astype(np.float64), teacher.astype(np.float64), student.shape[2:]


def _pool(a, size):
    h, w = size
    return a.reshape(*a.shape[:-2], h, a.shape[-2] // h, w, a.shape[-1] // w).mean(axis=(-3, -1))


def _finish(s, t, order=2):
    def unit(a):
        a = a.reshape(len(a), -1)
        n = np.linalg.norm(a, order, axis=1, keepdims=True)
        return a / np.where(n > 0, n, 1)

    return s, t, float(np.mean((unit(s) - unit(t)) ** 2))


def pools_the_features(student, teacher, *, power=2.0):
    """the teacher's features were pooled first
    Solver's mistake.
    """
    s, t, size = _checked(student, teacher, power)
    return _finish((np.abs(s) ** power).mean(1), (np.abs(_pool(t, size)) ** power).mean(1))


def blocks_inside_out(student, teacher, *, power=2.0):
    """averages positions that lie far apart
    Solver's mistake.
    """
    s, t, (h, w) = _checked(student, teacher, power)
    fine = (np.abs(t) ** power).mean(1)
    coarse = fine.reshape(len(t), fine.shape[1] // h, h, fine.shape[2] // w, w).mean(axis=(1, 3))
    return _finish((np.abs(s) ** power).mean(1), coarse)


def divides_zeros(student, teacher, *, power=2.0):
    """an energy of zeros was divided by its norm
    Solver's mistake.
    """
    s, t, size = _checked(student, teacher, power)
    s, t = (np.abs(s) ** power).mean(1), _pool((np.abs(t) ** power).mean(1), size)
    with np.errstate(all="ignore"):
        gap = s / np.linalg.norm(s, axis=(1, 2), keepdims=True) - t / np.linalg.norm(t, axis=(1, 2), keepdims=True)
    return s, t, float(np.mean(gap**2))


def no_absolute_value(student, teacher, *, power=2.0):
    """without the absolute value
    Solver's mistake.
    """
    s, t, size = _checked(student, teacher, power)
    with np.errstate(all="ignore"):
        return _finish((s**power).mean(1), _pool((t**power).mean(1), size))


def one_norm_for_the_batch(student, teacher, *, power=2.0):
    """one norm was taken for the whole batch
    Solver's mistake.
    """
    s, t, size = _checked(student, teacher, power)
    s, t = (np.abs(s) ** power).mean(1), _pool((np.abs(t) ** power).mean(1), size)
    return s, t, float(np.mean((s / (np.linalg.norm(s) or 1) - t / (np.linalg.norm(t) or 1)) ** 2))


def sums_the_channels(student, teacher, *, power=2.0):
    """the channels were summed"""
    s, t, size = _checked(student, teacher, power)
    return _finish((np.abs(s) ** power).sum(1), _pool((np.abs(t) ** power).sum(1), size))


def softmax_like_sum(student, teacher, *, power=2.0):
    """divided by the sum \\(L1\\)"""
    s, t, size = _checked(student, teacher, power)
    return _finish((np.abs(s) ** power).mean(1), _pool((np.abs(t) ** power).mean(1), size), order=1)


def always_squares(student, teacher, *, power=2.0):
    """the power was ignored"""
    s, t, size = _checked(student, teacher, power)
    return _finish((s**2).mean(1), _pool((t**2).mean(1), size))


def root_of_the_loss(student, teacher, *, power=2.0):
    """the loss is a norm \\(square root\\)"""
    s, t, size = _checked(student, teacher, power)
    s, t, loss = _finish((np.abs(s) ** power).mean(1), _pool((np.abs(t) ** power).mean(1), size))
    return s, t, loss**0.5
