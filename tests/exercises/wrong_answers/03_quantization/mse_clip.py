"""Plausible wrong answers to mse_clip; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(x, bits, candidates):
    if not 2 <= bits <= 8 or x.size == 0 or not np.isfinite(x).all():
        raise ValueError("bits or x")
    if candidates.size == 0 or not np.isfinite(candidates).all() or candidates.min() <= 0:
        raise ValueError("candidates")
    return x.astype(np.float64), 2 ** (bits - 1) - 1


def _errors(x, qmax, candidates, *, low=None):
    steps = candidates.astype(np.float64) / qmax
    low = -qmax if low is None else low
    return np.array([np.mean((x - s * np.clip(np.rint(x / s), low, qmax)) ** 2) for s in steps])


def first_of_a_tie(x, *, bits, candidates):
    """the first of the candidates that tie
    Solver's mistake.
    """
    x, qmax = _checked(x, bits, candidates)
    return float(candidates[np.argmin(_errors(x, qmax, candidates))])


def smaller_of_a_tie(x, *, bits, candidates):
    """the larger wins a tie"""
    x, qmax = _checked(x, bits, candidates)
    ordered = np.sort(candidates)
    return float(ordered[np.argmin(_errors(x, qmax, ordered))])


def returns_the_step(x, *, bits, candidates):
    """the step t / qmax was returned"""
    x, qmax = _checked(x, bits, candidates)
    ordered = np.sort(candidates)[::-1]
    return float(ordered[np.argmin(_errors(x, qmax, ordered))]) / qmax


def returns_the_position(x, *, bits, candidates):
    """expected floats, returned integers
    Solver's mistake.
    """
    x, qmax = _checked(x, bits, candidates)
    return int(np.argmin(_errors(x, qmax, candidates)))


def error_of_the_clipped_values(x, *, bits, candidates):
    """the error was measured against the clipped x
    Solver's mistake.
    """
    x, qmax = _checked(x, bits, candidates)
    best, least = 0.0, np.inf
    for t in np.sort(candidates)[::-1]:
        clipped = np.clip(x, -t, t)
        error = np.mean((clipped - t / qmax * np.rint(clipped / (t / qmax))) ** 2)
        if error < least:
            best, least = float(t), error
    return best


def forgotten_clamp(x, *, bits, candidates):
    """the codes were not clamped"""
    x, qmax = _checked(x, bits, candidates)
    ordered = np.sort(candidates)[::-1]
    errors = [np.square(x - np.rint(x * qmax / t) * t / qmax).mean() for t in ordered]
    return float(ordered[int(np.argmin(errors))])


def absolute_error(x, *, bits, candidates):
    """the mean absolute error was minimised"""
    x, qmax = _checked(x, bits, candidates)
    ordered = np.sort(candidates)[::-1]
    errors = [np.abs(x - t / qmax * np.clip(np.rint(x / t * qmax), -qmax, qmax)).mean() for t in ordered]
    return float(ordered[int(np.argmin(errors))])


def half_the_codes_as_qmax(x, *, bits, candidates):
    """the step was t / 2\\*\\*\\(bits - 1\\)
    Solver's mistake.
    """
    x, qmax = _checked(x, bits, candidates)
    ordered = np.sort(candidates)[::-1]
    return float(ordered[np.argmin(_errors(x, qmax + 1, ordered))])


def lowest_code_allowed(x, *, bits, candidates):
    """code -2\\*\\*\\(bits - 1\\) was allowed"""
    x, qmax = _checked(x, bits, candidates)
    ordered = np.sort(candidates)[::-1]
    return float(ordered[np.argmin(_errors(x, qmax, ordered, low=-qmax - 1))])


def unsigned_codes(x, *, bits, candidates):
    """the grid was unsigned
    Solver's mistake.
    """
    x, _ = _checked(x, bits, candidates)
    ordered = np.sort(candidates)[::-1]
    return float(ordered[np.argmin(_errors(x, 2**bits - 1, ordered, low=0))])


def largest_magnitude(x, *, bits, candidates):
    """the largest candidate was taken, without clipping
    Solver's mistake.
    """
    _checked(x, bits, candidates)
    return float(candidates.max())


def continuous_threshold(x, *, bits, candidates):
    """expected .*, returned
    Solver's mistake.
    """
    x, qmax = _checked(x, bits, candidates)
    grid = np.linspace(candidates.min(), candidates.max(), 200)[::-1]
    return float(grid[np.argmin(_errors(x, qmax, grid))])


def squares_in_float32(x, *, bits, candidates):
    """expected .*e\\+25, returned
    Solver's mistake.
    """
    _checked(x, bits, candidates)
    x, qmax = x.astype(np.float32), 2 ** (bits - 1) - 1
    best, least = None, None
    for t in sorted(candidates.tolist(), reverse=True):
        step = np.float32(t / qmax)
        error = np.mean((x - step * np.clip(np.rint(x / step), -qmax, qmax)) ** 2)
        if least is None or error < least:
            best, least = t, error
    return best


def sum_of_signed_errors(x, *, bits, candidates):
    """errors of both signs cancel"""
    x, qmax = _checked(x, bits, candidates)
    ordered = np.sort(candidates)[::-1]
    errors = [abs(np.mean(x - t / qmax * np.clip(np.rint(x / t * qmax), -qmax, qmax))) for t in ordered]
    return float(ordered[int(np.argmin(errors))])


def worst_candidate(x, *, bits, candidates):
    """the largest error was kept"""
    x, qmax = _checked(x, bits, candidates)
    return float(candidates[np.argmax(_errors(x, qmax, candidates))])


def sorts_the_candidates_in_place(x, *, bits, candidates):
    """after the call, candidates is"""
    x, qmax = _checked(x, bits, candidates)
    candidates[::-1].sort()
    return float(candidates[np.argmin(_errors(x, qmax, candidates))])


def returns_the_error(x, *, bits, candidates):
    """the least error was returned"""
    x, qmax = _checked(x, bits, candidates)
    return float(_errors(x, qmax, candidates).min())


def accepts_any_candidate(x, *, bits, candidates):
    """expected ValueError.*candidates must be positive"""
    if not 2 <= bits <= 8 or x.size == 0 or not np.isfinite(x).all():
        raise ValueError("bits or x")
    good = np.sort(candidates[candidates > 0])[::-1]
    return float(good[np.argmin(_errors(x.astype(np.float64), 2 ** (bits - 1) - 1, good))])
