"""Plausible wrong answers to fgsm_for_distillation; each docstring's first line is found in the failure it gets."""

import numpy as np


def _softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _attack(x, t, net, epsilon, step_size, steps, temperature, low, high, **options):
    if x.min() < low or x.max() > high or epsilon < 0 or step_size < 0 or steps < 1:
        raise ValueError("settings")
    w1, b1, w2, b2 = (a.astype(np.float64) for a in net)
    clean = x.astype(np.float64)
    p = _softmax(t.astype(np.float64) / temperature)
    if options.get("hard"):
        p = np.eye(t.shape[1])[t.argmax(axis=1)]
    point = clean
    for _ in range(steps):
        before = point @ w1 + b1
        q = _softmax((np.maximum(before, 0) @ w2 + b2) / temperature)
        gate = before >= 0 if options.get("at_zero") else (before > 0) | options.get("open", False)
        move = options.get("move", np.sign)(((q - p) @ w2.T * gate) @ w1.T)
        centre = point if options.get("last") else clean
        point = point + options.get("up", 1) * step_size * move
        point = np.clip(point, centre - epsilon, centre + epsilon)
        if not options.get("boundless"):
            point = np.clip(point, low, high)
    return point


def ball_around_the_last_point(
    x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0
):
    """the points leave the ball
    Solver's mistake.
    """
    net = w1, b1, w2, b2
    return _attack(x, teacher_logits, net, epsilon, step_size, steps, temperature, low, high, last=True)


def downhill(x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    """the steps go downhill
    Solver's mistake.
    """
    net = w1, b1, w2, b2
    return _attack(x, teacher_logits, net, epsilon, step_size, steps, temperature, low, high, up=-1)


def open_gates(x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    """were not shut in the backward pass
    Solver's mistake.
    """
    net = w1, b1, w2, b2
    return _attack(x, teacher_logits, net, epsilon, step_size, steps, temperature, low, high, open=True)


def gate_at_zero(x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    """the derivative of max\\(0, \\.\\) at 0 was taken for 1
    Solver's mistake.
    """
    net = w1, b1, w2, b2
    return _attack(x, teacher_logits, net, epsilon, step_size, steps, temperature, low, high, at_zero=True)


def labels_of_the_teacher(
    x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0
):
    """the teacher's largest class was used as a label
    Solver's mistake.
    """
    net = w1, b1, w2, b2
    return _attack(x, teacher_logits, net, epsilon, step_size, steps, temperature, low, high, hard=True)


def no_range(x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    """the valid range \\[low, high\\] .* was not kept"""
    net = w1, b1, w2, b2
    return _attack(x, teacher_logits, net, epsilon, step_size, steps, temperature, low, high, boundless=True)


def plain_gradient(
    x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0
):
    """the gradient was divided by its L2 norm"""
    net = w1, b1, w2, b2

    def unit(g):
        n = np.linalg.norm(g, axis=1, keepdims=True)
        return g / np.where(n > 0, n, 1)

    return _attack(x, teacher_logits, net, epsilon, step_size, steps, temperature, low, high, move=unit)


def one_step(x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    """only one step was made"""
    net = w1, b1, w2, b2
    return _attack(x, teacher_logits, net, epsilon, step_size, min(steps, 1), temperature, low, high)


def cold(x, teacher_logits, w1, b1, w2, b2, *, epsilon, step_size, steps=1, temperature=1.0, low=0.0, high=1.0):
    """the temperature was left out"""
    net = w1, b1, w2, b2
    return _attack(x, teacher_logits, net, epsilon, step_size, steps, 1.0, low, high)
