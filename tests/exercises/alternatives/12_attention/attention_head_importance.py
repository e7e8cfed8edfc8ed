"""Right answers to attention_head_importance in other styles; each must pass."""

import numpy as np


def head_by_head(context, w_out, grad, gates, *, mask=None, normalise=False):
    """The part of each head in the output, weighed by the gradient."""
    batch, tokens, heads, d = context.shape
    if w_out.shape[1] != heads * d or grad.shape != (batch, tokens, w_out.shape[0]) or gates.shape != (heads,):
        raise ValueError("shapes")
    if mask is not None and mask.shape != (batch, tokens):
        raise ValueError("mask")
    found = np.zeros(heads)
    for h in range(heads):
        part = context[:, :, h].astype(np.float64) @ w_out[:, h * d : (h + 1) * d].T.astype(np.float64)
        slope = (part * grad).sum(axis=2)
        if mask is not None:
            slope = np.where(mask, slope, 0)
        found[h] = np.mean(np.abs(float(gates[h]) * slope.sum(axis=1)))
    if normalise and found.any():
        found /= np.sqrt(found @ found)
    return found


def one_einsum(context, w_out, grad, gates, *, mask=None, normalise=False):
    """w_out as (width, heads, d), everything in one contraction."""
    batch, tokens, heads, d = context.shape
    mask = np.ones(context.shape[:2], bool) if mask is None else mask
    fits = w_out.shape[1] == heads * d and grad.shape == (batch, tokens, len(w_out))
    if not fits or gates.shape != (heads,) or mask.shape != (batch, tokens):
        raise ValueError("shapes")
    w = w_out.astype(np.float64).reshape(-1, heads, d)
    slopes = np.einsum("bt,bthd,whd,btw,h->bh", mask * 1.0, context, w, grad, gates, optimize=True)
    importance = np.abs(slopes).sum(axis=0) / batch
    size = np.linalg.norm(importance) if normalise else 1.0
    return importance / (size or 1.0)
