"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(q, k, v, causal):
    if len(q) % len(k) or k.shape[2] != q.shape[2] or v.shape[:2] != k.shape[:2]:
        raise ValueError("shapes")
    if causal and q.shape[1] > k.shape[1]:
        raise ValueError("queries")


def _attend(q, k, v, causal, order=None, scale=None, offset=None, axis=-1, late=False, fill=-np.inf, stable=True):
    _checked(q, k, v, causal)
    order = np.repeat(np.arange(len(k)), len(q) // len(k)) if order is None else order
    scores = q @ k[order].swapaxes(1, 2) / (np.sqrt(q.shape[2]) if scale is None else scale)
    n_q, n_k = scores.shape[1:]
    seen = np.tri(n_q, n_k, n_k - n_q if offset is None else offset, dtype=bool) if causal else True
    if not late:
        scores = np.where(seen, scores, fill)
    with np.errstate(all="ignore"):
        weights = np.exp(scores - scores.max(axis=axis, keepdims=True) if stable else scores)
        weights = weights / weights.sum(axis=axis, keepdims=True)
        return (weights * seen if late else weights) @ v[order]


def tiled(q, k, v, *, causal=True):
    """the KV heads were repeated in turn
    Solver's mistake.
    """
    _checked(q, k, v, causal)
    return _attend(q, k, v, causal, order=np.arange(len(q)) % len(k))


def first_head_only(q, k, v, *, causal=True):
    """all query heads used KV head 0"""
    return _attend(q, k, v, causal, order=np.zeros(len(q), int))


def unscaled(q, k, v, *, causal=True):
    """the scores were not divided by sqrt\\(d\\)
    Solver's mistake.
    """
    return _attend(q, k, v, causal, scale=1.0)


def divided_by_d(q, k, v, *, causal=True):
    """the scores were divided by d"""
    return _attend(q, k, v, causal, scale=q.shape[2])


def unmasked(q, k, v, *, causal=True):
    """the mask is missing"""
    _checked(q, k, v, causal)
    return _attend(q, k, v, False)


def mask_from_the_first_key(q, k, v, *, causal=True):
    """the queries stand behind the cache
    Solver's mistake.
    """
    return _attend(q, k, v, causal, offset=0)


def masked_with_zero(q, k, v, *, causal=True):
    """masked scores were set to 0
    Solver's mistake.
    """
    return _attend(q, k, v, causal, fill=0.0)


def masked_too_late(q, k, v, *, causal=True):
    """the mask was applied after the softmax
    Solver's mistake.
    """
    return _attend(q, k, v, causal, late=True)


def overflows(q, k, v, *, causal=True):
    """exp overflows; subtract the largest score
    Solver's mistake.
    """
    return _attend(q, k, v, causal, stable=False)


def softmax_over_the_queries(q, k, v, *, causal=True):
    """the softmax is taken over the queries"""
    return _attend(q, k, v, causal, axis=1, fill=-1e300)


def heads_joined(q, k, v, *, causal=True):
    """the heads were joined"""
    out = _attend(q, k, v, causal)
    return out.swapaxes(0, 1).reshape(out.shape[1], -1)


def repeats_the_last_head(q, k, v, *, causal=True):
    """3 KV heads do not divide 4 heads"""
    if k.shape[2] != q.shape[2] or v.shape[:2] != k.shape[:2] or (causal and q.shape[1] > k.shape[1]):
        raise ValueError("shapes")
    group = max(1, len(q) // len(k))
    order = np.minimum(np.arange(len(q)) // group, len(k) - 1)
    scores = q @ k[order].swapaxes(1, 2) / np.sqrt(q.shape[2])
    if causal:
        scores = np.where(np.tri(*scores.shape[1:], k.shape[1] - q.shape[1], dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ v[order]
