"""Plausible wrong answers to lsq_step_gradient; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _parts(x, step, qmin, qmax):
    if step <= 0 or qmin > 0 or qmax <= 0:
        raise ValueError("step or grid")
    v = x / step
    inside = (v > qmin) & (v < qmax)
    ends = np.where(v <= qmin, qmin, qmax)
    return v, inside, ends, 1 / np.sqrt(x.size * qmax)


def not_scaled(x, grad, *, step, qmin, qmax):
    """the gradient scale g .* is missing
    Solver's mistake.
    """
    v, inside, ends, _ = _parts(x, step, qmin, qmax)
    return grad * inside, (grad * np.where(inside, np.rint(v) - v, ends)).sum()


def scaled_by_n_alone(x, grad, *, step, qmin, qmax):
    """g has N only"""
    v, inside, ends, _ = _parts(x, step, qmin, qmax)
    return grad * inside, (grad * np.where(inside, np.rint(v) - v, ends)).sum() / np.sqrt(x.size)


def length_of_the_first_axis(x, grad, *, step, qmin, qmax):
    """N counts all elements
    Solver's mistake.
    """
    v, inside, ends, _ = _parts(x, step, qmin, qmax)
    n = len(x) if x.ndim else 1
    return grad * inside, (grad * np.where(inside, np.rint(v) - v, ends)).sum() / np.sqrt(n * qmax)


def scales_both(x, grad, *, step, qmin, qmax):
    """g was applied to dx too
    Solver's mistake.
    """
    v, inside, ends, g = _parts(x, step, qmin, qmax)
    return g * grad * inside, g * (grad * np.where(inside, np.rint(v) - v, ends)).sum()


def sign_inside(x, grad, *, step, qmin, qmax):
    """round\\(v\\) - v has the wrong sign
    Solver's mistake.
    """
    v, inside, ends, g = _parts(x, step, qmin, qmax)
    return grad * inside, g * (grad * np.where(inside, v - np.rint(v), ends)).sum()


def front_factor_only(x, grad, *, step, qmin, qmax):
    """without the straight-through part
    Solver's mistake.
    """
    v, inside, ends, g = _parts(x, step, qmin, qmax)
    return grad * inside, g * (grad * np.where(inside, np.rint(v), ends)).sum()


def clamped_left_out(x, grad, *, step, qmin, qmax):
    """the clamped elements \\(饱和\\) are left out
    Solver's mistake.
    """
    v, inside, _, g = _parts(x, step, qmin, qmax)
    return grad * inside, g * (grad * np.where(inside, np.rint(v) - v, 0)).sum()


def clamped_minus_v(x, grad, *, step, qmin, qmax):
    """v does not move there"""
    v, inside, ends, g = _parts(x, step, qmin, qmax)
    return grad * inside, g * (grad * (np.rint(np.where(inside, v, ends)) - v)).sum()


def ends_count_as_inside(x, grad, *, step, qmin, qmax):
    """the comparison is strict"""
    v, _, ends, g = _parts(x, step, qmin, qmax)
    inside = (v >= qmin) & (v <= qmax)
    return grad * inside, g * (grad * np.where(inside, np.rint(v) - v, ends)).sum()


def passes_everywhere(x, grad, *, step, qmin, qmax):
    """the gradient passes x everywhere"""
    v, inside, ends, g = _parts(x, step, qmin, qmax)
    return grad.copy(), g * (grad * np.where(inside, np.rint(v) - v, ends)).sum()


def not_summed(x, grad, *, step, qmin, qmax):
    """return a single number
    Solver's mistake.
    """
    v, inside, ends, g = _parts(x, step, qmin, qmax)
    return grad * inside, g * grad * np.where(inside, np.rint(v) - v, ends)


def half_up(x, grad, *, step, qmin, qmax):
    """a half was rounded up"""
    v, inside, ends, g = _parts(x, step, qmin, qmax)
    return grad * inside, g * (grad * np.where(inside, np.floor(v + 0.5) - v, ends)).sum()
