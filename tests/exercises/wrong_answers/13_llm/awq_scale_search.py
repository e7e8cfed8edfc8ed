"""Plausible wrong answers to awq_scale_search; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _search(w, x, bits, steps, size=None, first=0, last=0, weights=False, sign=1, tie=False, centre=None, power=2):
    if bits < 2 or bits > 8 or steps < 1:
        raise ValueError("bits or steps")
    top = 2 ** (bits - 1) - 1
    a = np.maximum(np.abs(x).mean(axis=0) if size is None else size, 1e-4)
    best = None
    for i in range(first, steps + 1 - last):
        s = a ** (i / steps)
        s = s / (np.sqrt(s.max() * s.min()) if centre is None else centre(s))
        step = np.abs(w * s).max(axis=1, keepdims=True) / top
        step = np.where(step == 0, 1, step)
        w_hat = step * np.rint(w * s / step) / s
        loss = float(((w - w_hat) ** 2).sum() if weights else ((x @ (w - w_hat).T) ** 2).sum())
        if best is None or sign * loss < sign * best[2] or (tie and loss == best[2]):
            best = i / steps, s, loss
    return best


def largest_activation(w, x, *, bits=4, steps=20):
    """the largest \\|x\\| of each input was used
    Solver's mistake.
    """
    return _search(w, x, bits, steps, size=np.abs(x).max(axis=0))


def signed_mean(w, x, *, bits=4, steps=20):
    """without the absolute value"""
    return _search(w, x, bits, steps, size=x.mean(axis=0))


def root_mean_square(w, x, *, bits=4, steps=20):
    """the root mean square of x was used
    Solver's mistake.
    """
    return _search(w, x, bits, steps, size=np.sqrt((x**2).mean(axis=0)))


def size_of_the_weights(w, x, *, bits=4, steps=20):
    """the size of the weights was used"""
    return _search(w, x, bits, steps, size=np.abs(w).mean(axis=0))


def error_of_the_weights(w, x, *, bits=4, steps=20):
    """the error of the weights decided
    Solver's mistake.
    """
    return _search(w, x, bits, steps, weights=True)


def largest_loss(w, x, *, bits=4, steps=20):
    """the largest loss won"""
    return _search(w, x, bits, steps, sign=-1)


def stops_before_one(w, x, *, bits=4, steps=20):
    """the last alpha, 1, is missing
    Solver's mistake.
    """
    return _search(w, x, bits, steps, last=1)


def starts_after_zero(w, x, *, bits=4, steps=20):
    """the first alpha, 0, is missing"""
    return _search(w, x, bits, steps, first=1)


def not_centred(w, x, *, bits=4, steps=20):
    """the scales were not divided by sqrt
    Solver's mistake.
    """
    return _search(w, x, bits, steps, centre=lambda s: 1.0)


def centred_by_the_mean(w, x, *, bits=4, steps=20):
    """the scales were divided by their mean"""
    return _search(w, x, bits, steps, centre=np.mean)


def mean_of_squares(w, x, *, bits=4, steps=20):
    """the loss is the mean of squares
    Solver's mistake.
    """
    alpha, s, loss = _search(w, x, bits, steps)
    return alpha, s, loss / (len(x) * len(w))


def last_of_equals(w, x, *, bits=4, steps=20):
    """of equal losses the last won"""
    return _search(w, x, bits, steps, tie=True)


def index_of_the_candidate(w, x, *, bits=4, steps=20):
    """alpha: expected floats, returned integers
    Solver's mistake.
    """
    alpha, s, loss = _search(w, x, bits, steps)
    return round(alpha * steps), s, loss
