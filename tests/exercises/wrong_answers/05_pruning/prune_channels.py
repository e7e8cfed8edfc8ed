"""Plausible wrong answers to prune_channels; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _check(w1, b1, w2, b2, keep):
    fits = (
        w1.ndim == w2.ndim == 2 and b1.shape == keep.shape == w1.shape[:1] == w2.shape[1:] and b2.shape == w2.shape[:1]
    )
    if not fits or keep.dtype != bool:
        raise ValueError("shapes or keep")


def only_slices(w1, b1, w2, b2, *, keep):
    """b2 was left alone"""
    _check(w1, b1, w2, b2, keep)
    return w1[keep], b1[keep], w2[:, keep], b2


def folds_without_relu(w1, b1, w2, b2, *, keep):
    """without the ReLU"""
    _check(w1, b1, w2, b2, keep)
    return w1[keep], b1[keep], w2[:, keep], (b2 + w2[:, ~keep] @ b1[~keep]).astype(b2.dtype)


def folds_everything(w1, b1, w2, b2, *, keep):
    """the constants of all channels were folded"""
    _check(w1, b1, w2, b2, keep)
    return w1[keep], b1[keep], w2[:, keep], (b2 + w2 @ np.maximum(b1, 0)).astype(b2.dtype)


def subtracts(w1, b1, w2, b2, *, keep):
    """the constant was subtracted"""
    _check(w1, b1, w2, b2, keep)
    return w1[keep], b1[keep], w2[:, keep], (b2 - w2[:, ~keep] @ np.maximum(b1[~keep], 0)).astype(b2.dtype)


def forgets_the_second_layer(w1, b1, w2, b2, *, keep):
    """w2 kept all its columns"""
    _check(w1, b1, w2, b2, keep)
    return w1[keep], b1[keep], w2, (b2 + w2[:, ~keep] @ np.maximum(b1[~keep], 0)).astype(b2.dtype)


def rows_of_the_second_layer(w1, b1, w2, b2, *, keep):
    """its columns are the hidden channels"""
    _check(w1, b1, w2, b2, keep)
    folded = (b2 + w2[:, ~keep] @ np.maximum(b1[~keep], 0)).astype(b2.dtype)
    return w1[keep], b1[keep], w2[np.resize(keep, len(w2))], folded


def masks_only(w1, b1, w2, b2, *, keep):
    """the arrays are only masked, not smaller"""
    _check(w1, b1, w2, b2, keep)
    return w1 * keep[:, None], b1, w2 * keep, (b2 + w2[:, ~keep] @ np.maximum(b1[~keep], 0)).astype(b2.dtype)


def the_other_way_round(w1, b1, w2, b2, *, keep):
    """keep is True for what stays"""
    _check(w1, b1, w2, b2, keep)
    return w1[~keep], b1[~keep], w2[:, ~keep], (b2 + w2[:, keep] @ np.maximum(b1[keep], 0)).astype(b2.dtype)


def wider_bias(w1, b1, w2, b2, *, keep):
    """b2: expected dtype float32, returned float64"""
    _check(w1, b1, w2, b2, keep)
    return w1[keep], b1[keep], w2[:, keep], b2 + w2[:, ~keep].astype(np.float64) @ np.maximum(b1[~keep], 0)


def folds_in_place(w1, b1, w2, b2, *, keep):
    """after the call, b2 is"""
    _check(w1, b1, w2, b2, keep)
    b2 += (w2[:, ~keep] @ np.maximum(b1[~keep], 0)).astype(b2.dtype)
    return w1[keep], b1[keep], w2[:, keep], b2


def reads_numbers_as_a_mask(w1, b1, w2, b2, *, keep):
    """expected ValueError, returned .*keep must be of dtype bool"""
    _check(w1, b1, w2, b2, np.ones(len(b1), bool))
    keep = np.isin(np.arange(len(b1)), keep) if len(keep) != len(b1) else keep.astype(bool)
    if keep.ndim != 1:
        raise ValueError("keep")
    return w1[keep], b1[keep], w2[:, keep], (b2 + w2[:, ~keep] @ np.maximum(b1[~keep], 0)).astype(b2.dtype)
