"""Plausible wrong answers to rigl_step; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(w, grad, mask, fraction):
    if not w.shape == grad.shape == mask.shape or mask.dtype != bool or not 0 <= fraction <= 1:
        raise ValueError("shapes, mask or fraction")
    return min(round(fraction * int(mask.sum())), int((~mask).sum()))


def _move(w, grad, mask, k, drop_by=np.abs, grow_by=np.abs):
    active, inactive = np.flatnonzero(mask), np.flatnonzero(~mask)
    new = mask.flatten()
    new[active[np.argsort(drop_by(w.ravel()[active]), kind="stable")[:k]]] = False
    new[inactive[np.argsort(-grow_by(grad.ravel()[inactive]), kind="stable")[:k]]] = True
    return new.reshape(mask.shape)


def _zeroed(w, mask, new):
    return np.where(mask & new, w, np.zeros_like(w)), new


def drop_then_look_for_inactive(w, grad, mask, *, fraction):
    """a dropped connection was grown again at once"""
    k = _checked(w, grad, mask, fraction)
    active = np.flatnonzero(mask)
    kept = mask.flatten()
    kept[active[np.argsort(np.abs(w.ravel()[active]), kind="stable")[:k]]] = False
    inactive = np.flatnonzero(~kept)
    grow = inactive[np.argsort(-np.abs(grad.ravel()[inactive]), kind="stable")[:k]]
    result = np.where(kept, w.ravel(), 0).astype(w.dtype).reshape(w.shape)
    kept[grow] = True
    return result, kept.reshape(w.shape)


def times_the_new_mask(w, grad, mask, *, fraction):
    """a grown weight must start at 0; it got its old value"""
    new = _move(w, grad, mask, _checked(w, grad, mask, fraction))
    return np.where(new, w, np.zeros_like(w)), new


def drops_more_than_it_grows(w, grad, mask, *, fraction):
    """more was dropped than could be grown"""
    _checked(w, grad, mask, fraction)
    return _zeroed(w, mask, _move(w, grad, mask, round(fraction * int(mask.sum()))))


def signed_gradients(w, grad, mask, *, fraction):
    """the signed gradients were compared"""
    k = _checked(w, grad, mask, fraction)
    return _zeroed(w, mask, _move(w, grad, mask, k, grow_by=np.asarray))


def signed_weights(w, grad, mask, *, fraction):
    """the signed weights were compared"""
    k = _checked(w, grad, mask, fraction)
    return _zeroed(w, mask, _move(w, grad, mask, k, drop_by=np.asarray))


def share_of_all(w, grad, mask, *, fraction):
    """k is a share of the active weights, not of all"""
    _checked(w, grad, mask, fraction)
    k = min(round(fraction * w.size), int((~mask).sum()), int(mask.sum()))
    return _zeroed(w, mask, _move(w, grad, mask, k))


def truncated(w, grad, mask, *, fraction):
    """k was truncated, not rounded"""
    _checked(w, grad, mask, fraction)
    k = min(int(fraction * int(mask.sum())), int((~mask).sum()))
    return _zeroed(w, mask, _move(w, grad, mask, k))


def starts_with_the_gradient(w, grad, mask, *, fraction):
    """it got a gradient step"""
    new = _move(w, grad, mask, _checked(w, grad, mask, fraction))
    return np.where(new, np.where(mask, w, -grad), 0).astype(w.dtype), new


def dropped_keep_their_value(w, grad, mask, *, fraction):
    """a dropped one kept its value|w is that of the old mask"""
    new = _move(w, grad, mask, _checked(w, grad, mask, fraction))
    return np.where(mask, w, np.zeros_like(w)), new


def forgets_to_translate(w, grad, mask, *, fraction):
    """the indices within the sublist were used"""
    k = _checked(w, grad, mask, fraction)
    flat = mask.ravel()
    new = flat.copy()
    new[np.argsort(np.abs(w.ravel()[flat]), kind="stable")[:k]] = False
    new[np.argsort(-np.abs(grad.ravel()[~flat]), kind="stable")[:k]] = True
    return _zeroed(w, mask, new.reshape(mask.shape))


def updates_the_mask_in_place(w, grad, mask, *, fraction):
    """after the call, mask is"""
    new = _move(w, grad, mask, _checked(w, grad, mask, fraction))
    result = _zeroed(w, mask, new)
    mask[...] = new
    return result


def drops_zeros_of_the_whole_array(w, grad, mask, *, fraction):
    """inactive weights counted among the smallest"""
    k = _checked(w, grad, mask, fraction)
    new = mask.flatten()
    new[np.argsort(np.abs(np.where(mask, w, 0)), axis=None, kind="stable")[:k]] = False
    score = np.where(mask, -1, np.abs(grad)).ravel()
    new[np.argsort(-score, kind="stable")[:k]] = True
    return _zeroed(w, mask, new.reshape(mask.shape))
