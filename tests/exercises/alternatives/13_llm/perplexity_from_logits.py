"""Right answers to perplexity_from_logits in other styles; each must pass."""

import math

import numpy as np


def loops(logits, tokens, *, mask=None):
    """Token by token with np.logaddexp.reduce."""
    if logits.shape[:2] != tokens.shape or (mask is not None and mask.shape != tokens.shape):
        raise ValueError("shapes")
    losses = []
    for b in range(tokens.shape[0]):
        for t in range(1, tokens.shape[1]):
            if mask is None or mask[b, t]:
                if tokens[b, t] not in range(logits.shape[2]):
                    raise ValueError("target")
                row = logits[b, t - 1].astype(np.float64)
                losses.append(np.logaddexp.reduce(row) - row[tokens[b, t]])
    if not losses:
        raise ValueError("no target is scored")
    return math.exp(math.fsum(losses) / len(losses))


def whole_table(logits, tokens, *, mask=None):
    """Log-probabilities of everything, padding replaced by token 0 and weighed with 0."""
    batch, n, vocabulary = logits.shape
    weight = np.ones((batch, n)) if mask is None else mask.astype(np.float64)
    if tokens.shape != (batch, n) or weight.shape != (batch, n):
        raise ValueError("shapes")
    weight, target = weight[:, 1:], tokens[:, 1:]
    if not weight.any() or (((target < 0) | (target >= vocabulary)) & (weight > 0)).any():
        raise ValueError("targets")
    z = logits[:, : n - 1].astype(np.float64)
    z = z - z.max(axis=-1, keepdims=True)
    log = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(log, np.where(weight > 0, target, 0)[..., None], axis=-1)[..., 0]
    return float(np.exp(-np.sum(chosen * weight) / weight.sum()))
