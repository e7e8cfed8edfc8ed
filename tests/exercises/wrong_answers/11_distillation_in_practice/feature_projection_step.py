"""Plausible wrong answers to feature_projection_step; each docstring's first line is found in the failure it gets."""

import numpy as np


def _parts(h, f, w, b):
    if h.shape[:-1] != f.shape[:-1] or w.shape != (h.shape[-1], f.shape[-1]):
        raise ValueError("shapes")
    x, y = (a.reshape(-1, a.shape[-1]).astype(np.float64) for a in (h, f))
    w, b = w.astype(np.float64), b.astype(np.float64)
    e = x @ w + b - y
    return x, w, b, e, float(np.mean(e**2))


def without_the_two(hidden, teacher_hidden, weight, bias, *, lr, weight_decay=0.0):
    """the factor 2 of the square is missing
    Solver's mistake.
    """
    x, w, b, e, loss = _parts(hidden, teacher_hidden, weight, bias)
    g = e / e.size
    return loss, (g @ w.T).reshape(hidden.shape), w - lr * (x.T @ g + weight_decay * w), b - lr * g.sum(0)


def updates_first(hidden, teacher_hidden, weight, bias, *, lr, weight_decay=0.0):
    """hidden_grad was taken at the new W
    Solver's mistake.
    """
    x, w, b, e, loss = _parts(hidden, teacher_hidden, weight, bias)
    g = 2 * e / e.size
    w = w - lr * (x.T @ g + weight_decay * w)
    return loss, (g @ w.T).reshape(hidden.shape), w, b - lr * g.sum(0)


def in_place(hidden, teacher_hidden, weight, bias, *, lr, weight_decay=0.0):
    """after the call, weight is
    Solver's mistake.
    """
    x, w, _, e, loss = _parts(hidden, teacher_hidden, weight, bias)
    g = 2 * e / e.size
    back = (g @ w.T).reshape(hidden.shape)
    weight -= (lr * (x.T @ g + weight_decay * w)).astype(weight.dtype)
    bias -= (lr * g.sum(0)).astype(bias.dtype)
    return loss, back, weight, bias


def positions_alone(hidden, teacher_hidden, weight, bias, *, lr, weight_decay=0.0):
    """the gradients were divided by the positions alone
    Solver's mistake.
    """
    x, w, b, e, loss = _parts(hidden, teacher_hidden, weight, bias)
    g = 2 * e / len(e)
    return loss, (g @ w.T).reshape(hidden.shape), w - lr * (x.T @ g + weight_decay * w), b - lr * g.sum(0)


def decays_the_bias(hidden, teacher_hidden, weight, bias, *, lr, weight_decay=0.0):
    """the bias decays as well
    Solver's mistake.
    """
    x, w, b, e, loss = _parts(hidden, teacher_hidden, weight, bias)
    g = 2 * e / e.size
    back = (g @ w.T).reshape(hidden.shape)
    return loss, back, w - lr * (x.T @ g + weight_decay * w), b - lr * (g.sum(0) + weight_decay * b)


def half_the_loss(hidden, teacher_hidden, weight, bias, *, lr, weight_decay=0.0):
    """the loss has a factor 1/2"""
    x, w, b, e, loss = _parts(hidden, teacher_hidden, weight, bias)
    g = e / e.size
    return loss / 2, (g @ w.T).reshape(hidden.shape), w - lr * (x.T @ g + weight_decay * w), b - lr * g.sum(0)


def mean_for_the_bias(hidden, teacher_hidden, weight, bias, *, lr, weight_decay=0.0):
    """the bias was moved by a mean"""
    x, w, b, e, loss = _parts(hidden, teacher_hidden, weight, bias)
    g = 2 * e / e.size
    return loss, (g @ w.T).reshape(hidden.shape), w - lr * (x.T @ g + weight_decay * w), b - lr * g.mean(0)


def decay_without_the_rate(hidden, teacher_hidden, weight, bias, *, lr, weight_decay=0.0):
    """the decay was not multiplied by the learning rate"""
    x, w, b, e, loss = _parts(hidden, teacher_hidden, weight, bias)
    g = 2 * e / e.size
    return loss, (g @ w.T).reshape(hidden.shape), w - lr * x.T @ g - weight_decay * w, b - lr * g.sum(0)


def uphill(hidden, teacher_hidden, weight, bias, *, lr, weight_decay=0.0):
    """the step goes uphill"""
    x, w, b, e, loss = _parts(hidden, teacher_hidden, weight, bias)
    g = 2 * e / e.size
    return loss, (g @ w.T).reshape(hidden.shape), w + lr * (x.T @ g + weight_decay * w), b + lr * g.sum(0)
