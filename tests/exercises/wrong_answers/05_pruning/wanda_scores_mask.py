"""Plausible wrong answers to wanda_scores_mask; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _answer(w, x, sparsity, scores):
    if x.shape[-1:] != (w.shape[1],) or not 0 <= sparsity <= 1:
        raise ValueError("x or sparsity")
    k = round(w.shape[1] * sparsity)
    mask = np.ones(w.shape, bool)
    np.put_along_axis(mask, np.argsort(scores, axis=1, kind="stable")[:, :k], False, axis=1)
    return scores, mask


def _norms(w, x, sparsity):
    if x.shape[-1:] != (w.shape[1],) or not 0 <= sparsity <= 1:
        raise ValueError("x or sparsity")
    return np.linalg.norm(x.astype(np.float64).reshape(-1, w.shape[1]), axis=0)


def norm_in_the_dtype_of_x(w, x, *, sparsity):
    """the squares were summed in the dtype of x"""
    if x.shape[-1:] != (w.shape[1],) or not 0 <= sparsity <= 1:
        raise ValueError("x or sparsity")
    with np.errstate(over="ignore"):
        norms = np.sqrt((x.reshape(-1, w.shape[1]) ** 2).sum(axis=0))
        return _answer(w, x, sparsity, np.abs(w) * norms.astype(np.float64))


def global_comparison(w, x, *, sparsity):
    """Wanda compares within a row"""
    scores = np.abs(w) * _norms(w, x, sparsity)
    mask = np.ones(w.size, bool)
    mask[np.argsort(scores, axis=None, kind="stable")[: round(w.size * sparsity)]] = False
    return scores, mask.reshape(w.shape)


def norm_per_token(w, x, *, sparsity):
    """one norm per input is asked for"""
    _norms(w, x, sparsity)
    norms = np.linalg.norm(x.astype(np.float64).reshape(-1, w.shape[1]), axis=1)
    return _answer(w, x, sparsity, np.abs(w) * norms if len(norms) == w.shape[1] else np.abs(w) * 1.0)


def root_mean_square(w, x, *, sparsity):
    """divided by the number of tokens"""
    tokens = x.size // w.shape[1]
    return _answer(w, x, sparsity, np.abs(w) * _norms(w, x, sparsity) / np.sqrt(max(tokens, 1)))


def squared_norm(w, x, *, sparsity):
    """the norm is missing its root"""
    return _answer(w, x, sparsity, np.abs(w) * _norms(w, x, sparsity) ** 2)


def mean_activation(w, x, *, sparsity):
    """positive and negative values cancel"""
    _norms(w, x, sparsity)
    mean = x.astype(np.float64).reshape(-1, w.shape[1]).sum(axis=0) / max(x.size // w.shape[1], 1)
    return _answer(w, x, sparsity, np.abs(w) * np.abs(mean))


def l1_norm(w, x, *, sparsity):
    """the L1 norm"""
    _norms(w, x, sparsity)
    return _answer(w, x, sparsity, np.abs(w) * np.abs(x.astype(np.float64)).reshape(-1, w.shape[1]).sum(axis=0))


def signed_weights(w, x, *, sparsity):
    """w is signed here"""
    return _answer(w, x, sparsity, w * _norms(w, x, sparsity))


def mask_by_threshold(w, x, *, sparsity):
    """a threshold \\(阈值\\) in each row"""
    scores = np.abs(w) * _norms(w, x, sparsity)
    k = round(w.shape[1] * sparsity)
    ordered = np.sort(scores, axis=1)
    if k == 0:
        return scores, np.ones(w.shape, bool)
    return scores, scores > ordered[:, [k - 1]]


def last_tie_first(w, x, *, sparsity):
    """of equal scores, the last one was pruned first"""
    scores = np.abs(w) * _norms(w, x, sparsity)
    mask = np.zeros(w.shape, bool)
    keep = w.shape[1] - round(w.shape[1] * sparsity)
    np.put_along_axis(mask, np.argsort(-scores, axis=1, kind="stable")[:, :keep], True, axis=1)
    return scores, mask


def single_precision_scores(w, x, *, sparsity):
    """expected dtype float64"""
    scores, mask = _answer(w, x, sparsity, np.abs(w) * _norms(w, x, sparsity))
    return scores.astype(np.float32), mask


def half_up(w, x, *, sparsity):
    """half was rounded up in k"""
    scores = np.abs(w) * _norms(w, x, sparsity)
    mask = np.ones(w.shape, bool)
    k = int(np.floor(w.shape[1] * sparsity + 0.5))
    np.put_along_axis(mask, np.argsort(scores, axis=1, kind="stable")[:, :k], False, axis=1)
    return scores, mask


def inverted(w, x, *, sparsity):
    """the mask is inverted"""
    scores, mask = _answer(w, x, sparsity, np.abs(w) * _norms(w, x, sparsity))
    return scores, ~mask
