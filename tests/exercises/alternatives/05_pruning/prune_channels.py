"""Right answers to prune_channels in other styles; each must pass."""

import numpy as np


def by_indices(w1, b1, w2, b2, *, keep):
    """Index lists and np.take; the constants from a run of the masked network."""
    if keep.dtype != np.bool_ or keep.ndim != 1:
        raise ValueError("keep")
    hidden = len(keep)
    if w1.ndim != 2 or len(w1) != hidden or b1.shape != (hidden,) or b2.ndim != 1 or w2.shape != (len(b2), hidden):
        raise ValueError("shapes")
    stay = np.nonzero(keep)[0]
    h = np.where(keep, 0, np.clip(b1, 0, None))
    folded = b2 + np.einsum("oh,h->o", w2, h)
    return np.take(w1, stay, 0), np.take(b1, stay), np.take(w2, stay, 1), np.asarray(folded, b2.dtype)


def loops(w1, b1, w2, b2, *, keep):
    """Channel by channel."""
    if w1.ndim + w2.ndim + b1.ndim + b2.ndim + keep.ndim != 7 or w1.ndim != 2 or w2.ndim != 2:
        raise ValueError("dimensions")
    if {len(b1), len(w1), w2.shape[1], len(keep)} != {len(keep)} or len(b2) != len(w2) or keep.dtype.kind != "b":
        raise ValueError("sizes")
    stay, folded = [], b2.astype(np.float64)
    for c in range(len(keep)):
        if keep[c]:
            stay.append(c)
        elif b1[c] > 0:
            folded += float(b1[c]) * w2[:, c]
    stay = np.array(stay, int)
    return w1[stay], b1[stay], np.asfortranarray(w2[:, stay]), folded.astype(b2.dtype)
