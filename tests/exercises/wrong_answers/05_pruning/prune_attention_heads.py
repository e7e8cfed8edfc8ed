"""Plausible wrong answers to prune_attention_heads; the first line of each docstring is found in its failure."""

import numpy as np

_IN = ("wq", "bq", "wk", "bk", "wv", "bv")


def _features(weights, num_heads, heads):
    inner = len(weights["wq"])
    if num_heads < 1 or inner % num_heads or any(not 0 <= h < num_heads for h in heads):
        raise ValueError("num_heads or heads")
    return np.repeat([h not in heads for h in range(num_heads)], inner // num_heads)


def _cut(weights, features, out=None):
    smaller = {name: weights[name][features] for name in _IN}
    return smaller | {"wo": weights["wo"][:, features if out is None else out], "bo": weights["bo"]}


def keeps_the_list(weights, *, num_heads, heads):
    """the heads in the list were kept"""
    return _cut(weights, ~_features(weights, num_heads, heads))


def rows_of_wo(weights, *, num_heads, heads):
    """its columns read the heads"""
    features = _features(weights, num_heads, heads)
    rows = np.resize(features, len(weights["bo"]))
    return _cut(weights, features) | {"wo": weights["wo"][rows]}


def interleaved(weights, *, num_heads, heads):
    """taken as every num_heads-th row"""
    _features(weights, num_heads, heads)
    keep = [h not in heads for h in range(num_heads)]
    return _cut(weights, np.tile(keep, len(weights["wq"]) // num_heads))


def forgets_the_biases(weights, *, num_heads, heads):
    """the biases of q, k and v kept all their entries"""
    smaller = _cut(weights, _features(weights, num_heads, heads))
    return smaller | {name: weights[name] for name in ("bq", "bk", "bv")}


def forgets_wo(weights, *, num_heads, heads):
    """wo kept all its columns"""
    return _cut(weights, _features(weights, num_heads, heads)) | {"wo": weights["wo"]}


def counts_anew(weights, *, num_heads, heads):
    """the numbers were counted anew"""
    _features(weights, num_heads, heads)
    left = list(range(num_heads))
    for h in heads:
        if h < len(left):
            left.pop(h)
    return _cut(weights, np.repeat([h in left for h in range(num_heads)], len(weights["wq"]) // num_heads))


def one_row_per_head(weights, *, num_heads, heads):
    """one row per head was removed"""
    _features(weights, num_heads, heads)
    return _cut(weights, ~np.isin(np.arange(len(weights["wq"])), heads))


def cuts_the_output_bias(weights, *, num_heads, heads):
    """bo was cut"""
    features = _features(weights, num_heads, heads)
    return _cut(weights, features) | {"bo": weights["bo"][np.resize(features, len(weights["bo"]))]}


def masks_only(weights, *, num_heads, heads):
    """the arrays are only masked, not smaller"""
    features = _features(weights, num_heads, heads)
    masked = {name: (weights[name].T * features).T for name in _IN}
    return masked | {"wo": weights["wo"] * features, "bo": weights["bo"]}


def negative_numbers_wrap(weights, *, num_heads, heads):
    """expected ValueError, returned .*heads must be in 0"""
    inner = len(weights["wq"])
    if num_heads < 1 or inner % num_heads or any(h >= num_heads for h in heads):
        raise ValueError("num_heads or heads")
    keep = np.ones(num_heads, bool)
    for h in heads:
        keep[h % num_heads] = False
    return _cut(weights, np.repeat(keep, inner // num_heads))


def head_size_of_the_width(weights, *, num_heads, heads):
    """boolean index did not match"""
    _features(weights, num_heads, heads)
    keep = [h not in heads for h in range(num_heads)]
    return _cut(weights, np.repeat(keep, weights["wq"].shape[1] // num_heads))


def empties_the_dict(weights, *, num_heads, heads):
    """after the call, weights is"""
    features = _features(weights, num_heads, heads)
    for name in _IN:
        weights[name] = weights[name][features]
    weights["wo"] = weights["wo"][:, features]
    return weights
