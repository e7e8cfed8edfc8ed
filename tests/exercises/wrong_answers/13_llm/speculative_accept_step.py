"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(tokens, draft, target, uniforms, extra):
    k, v = draft.shape
    if tokens.shape != (k,) or uniforms.shape != (k,) or target.shape != (k + 1, v):
        raise ValueError("shapes")
    if not (0 <= extra < 1) or uniforms.min() < 0 or uniforms.max() >= 1:
        raise ValueError("numbers")
    if (draft[np.arange(k), tokens] == 0).any():
        raise ValueError("token")


def _draw(weights, u):
    total = np.cumsum(weights)
    return int(min(np.searchsorted(total, u * total[-1], side="right"), len(total) - 1))


def _play(tokens, draft, target, uniforms, extra, accept=None, residual=None, draw=_draw, bonus=-1):
    _checked(tokens, draft, target, uniforms, extra)
    accept = accept or (lambda u, p, q: u * q < p)
    residual = residual or (lambda p, q: np.maximum(p - q, 0))
    for i, x in enumerate(tokens):
        if not accept(uniforms[i], target[i, x], draft[i, x]):
            return np.append(tokens[:i], draw(residual(target[i], draft[i]), extra)).astype(np.int64), i
    return np.append(tokens, draw(target[bonus], extra)).astype(np.int64), len(tokens)


def redraw_from_the_target(tokens, draft, target, *, uniforms, extra):
    """a rejected token was replaced by a draw from p
    Solver's mistake.
    """
    return _play(tokens, draft, target, uniforms, extra, residual=lambda p, q: p)


def absolute_residual(tokens, draft, target, *, uniforms, extra):
    """the residual is \\|p - q\\|
    Solver's mistake.
    """
    return _play(tokens, draft, target, uniforms, extra, residual=lambda p, q: np.abs(p - q))


def residual_sign(tokens, draft, target, *, uniforms, extra):
    """max\\(q - p, 0\\): its sign is wrong"""
    return _play(tokens, draft, target, uniforms, extra, residual=lambda p, q: np.maximum(q - p, 0))


def residual_not_normalised(tokens, draft, target, *, uniforms, extra):
    """the residual was not normalised
    Solver's mistake.
    """

    def draw(weights, u):
        return int(min(np.searchsorted(np.cumsum(weights), u, side="right"), len(weights) - 1))

    return _play(tokens, draft, target, uniforms, extra, draw=draw)


def accepts_ties(tokens, draft, target, *, uniforms, extra):
    """accepted where u \\* q = p"""
    return _play(tokens, draft, target, uniforms, extra, accept=lambda u, p, q: u <= min(1, p / q))


def ratio_upside_down(tokens, draft, target, *, uniforms, extra):
    """the ratio is upside down"""
    return _play(tokens, draft, target, uniforms, extra, accept=lambda u, p, q: u * p < q)


def accepts_with_p(tokens, draft, target, *, uniforms, extra):
    """accepted where u < p
    Solver's mistake.
    """
    return _play(tokens, draft, target, uniforms, extra, accept=lambda u, p, q: u < p)


def greedy_acceptance(tokens, draft, target, *, uniforms, extra):
    """without the random number
    Solver's mistake.
    """
    return _play(tokens, draft, target, uniforms, extra, accept=lambda u, p, q: p >= q)


def keeps_what_follows(tokens, draft, target, *, uniforms, extra):
    """the tokens behind a rejection were kept
    Solver's mistake.
    """
    _checked(tokens, draft, target, uniforms, extra)
    rows = np.arange(len(tokens))
    kept = tokens[uniforms * draft[rows, tokens] < target[rows, tokens]]
    return np.append(kept, _draw(target[-1], extra)).astype(np.int64), len(kept)


def weight_zero_drawn(tokens, draft, target, *, uniforms, extra):
    """weight 0 is never drawn
    Solver's mistake.
    """

    def draw(weights, u):
        total = np.cumsum(weights)
        return int(np.searchsorted(total, u * total[-1]))

    return _play(tokens, draft, target, uniforms, extra, draw=draw)


def bonus_from_the_wrong_row(tokens, draft, target, *, uniforms, extra):
    """drawn from the row of the last drafted one"""
    return _play(tokens, draft, target, uniforms, extra, bonus=-2)


def no_bonus(tokens, draft, target, *, uniforms, extra):
    """no token was added after all were accepted
    Solver's mistake.
    """
    found, accepted = _play(tokens, draft, target, uniforms, extra)
    return (found[:-1], accepted) if accepted == len(tokens) else (found, accepted)


def lazy_check(tokens, draft, target, *, uniforms, extra):
    """token 1 has the probability 0 in the draft
    Solver's mistake.
    """
    _checked(tokens[:1], draft[:1], target[:2], uniforms[:1], extra)
    if tokens.shape != uniforms.shape or len(draft) != len(tokens) or len(target) != len(tokens) + 1:
        raise ValueError("shapes")
    if draft.shape[1] != target.shape[1] or uniforms.min() < 0 or uniforms.max() >= 1:
        raise ValueError("shapes or numbers")
    safe = np.maximum(draft, 1e-300)
    return _play(
        tokens, safe, target, uniforms, extra, residual=lambda p, q: np.where(q > 1e-299, np.maximum(p - q, 0), p)
    )
