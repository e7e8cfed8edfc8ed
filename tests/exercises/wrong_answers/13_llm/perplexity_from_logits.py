"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _table(logits, tokens, mask, check=True):
    given = np.ones(tokens.shape, bool) if mask is None else mask
    if logits.shape[:2] != tokens.shape or given.shape != tokens.shape:
        raise ValueError("shapes")
    v = logits.shape[2]
    target = tokens[:, 1:][given[:, 1:]]
    if target.size == 0 or (check and (target.min() < 0 or target.max() >= v)):
        raise ValueError("targets")
    z = logits.astype(np.float64)
    z = z - z.max(axis=2, keepdims=True)
    log = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
    return log, np.clip(tokens, 0, v - 1), given


def _losses(logits, tokens, mask):
    log, ids, given = _table(logits, tokens, mask)
    return -np.take_along_axis(log[:, :-1], ids[:, 1:, None], axis=2)[..., 0], given[:, 1:]


def not_shifted(logits, tokens, *, mask=None):
    """they predict the next one
    Solver's mistake.
    """
    log, ids, given = _table(logits, tokens, mask)
    loss = -np.take_along_axis(log, ids[..., None], axis=2)[..., 0]
    return float(np.exp(loss[given].mean()))


def mean_of_sequences(logits, tokens, *, mask=None):
    """each sequence \\(句\\) was averaged first
    Solver's mistake.
    """
    loss, scored = _losses(logits, tokens, mask)
    return float(np.exp(np.mean([row[m].mean() for row, m in zip(loss, scored, strict=True) if m.any()])))


def mask_ignored(logits, tokens, *, mask=None):
    """the mask was left out"""
    loss, _ = _losses(logits, tokens, mask)
    return float(np.exp(loss.mean()))


def mask_of_the_input(logits, tokens, *, mask=None):
    """the mask of the position that predicts was used
    Solver's mistake.
    """
    log, ids, given = _table(logits, tokens, mask)
    loss = -np.take_along_axis(log[:, :-1], ids[:, 1:, None], axis=2)[..., 0]
    return float(np.exp(loss[given[:, :-1]].mean())) if given[:, :-1].any() else 1.0


def divided_by_the_mask(logits, tokens, *, mask=None):
    """the first tokens were counted in N
    Solver's mistake.
    """
    loss, scored = _losses(logits, tokens, mask)
    given = np.ones(tokens.shape) if mask is None else mask
    return float(np.exp((loss * scored).sum() / given.sum()))


def divided_by_all(logits, tokens, *, mask=None):
    """unscored targets were counted in N"""
    loss, scored = _losses(logits, tokens, mask)
    return float(np.exp((loss * scored).mean()))


def no_exponential(logits, tokens, *, mask=None):
    """the mean of the losses; its exponential"""
    loss, scored = _losses(logits, tokens, mask)
    return float(loss[scored].mean())


def base_two(logits, tokens, *, mask=None):
    """2 to the power of the loss in nats
    Solver's mistake.
    """
    loss, scored = _losses(logits, tokens, mask)
    return float(2 ** loss[scored].mean())


def exponential_first(logits, tokens, *, mask=None):
    """the mean of the tokens' perplexities"""
    loss, scored = _losses(logits, tokens, mask)
    with np.errstate(all="ignore"):
        return float(np.exp(loss[scored]).mean())


def probabilities(logits, tokens, *, mask=None):
    """a probability underflows
    Solver's mistake.
    """
    _, ids, given = _table(logits, tokens, mask)
    z = logits.astype(np.float64)
    with np.errstate(all="ignore"):
        p = np.exp(z - z.max(axis=2, keepdims=True))
        p /= p.sum(axis=2, keepdims=True)
        loss = -np.log(np.take_along_axis(p[:, :-1], ids[:, 1:, None], axis=2)[..., 0])
        return float(np.exp(loss[given[:, 1:]].mean()))


def indexes_the_padding(logits, tokens, *, mask=None):
    """IndexError
    Solver's mistake.
    """
    log, _, given = _table(logits, tokens, mask)
    rows, places = np.indices(tokens[:, 1:].shape)
    loss = -log[rows, places, tokens[:, 1:]]
    return float(np.exp(loss[given[:, 1:]].mean()))


def negative_targets(logits, tokens, *, mask=None):
    """the scored target -1 is not in"""
    log, ids, given = _table(logits, tokens, mask, check=False)
    if tokens[:, 1:][given[:, 1:]].max() >= logits.shape[2]:
        raise ValueError("targets")
    loss = -np.take_along_axis(log[:, :-1], ids[:, 1:, None], axis=2)[..., 0]
    return float(np.exp(loss[given[:, 1:]].mean()))
