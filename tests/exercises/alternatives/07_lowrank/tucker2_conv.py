"""Right answers to tucker2_conv in other styles; each must pass."""

import numpy as np


def by_svd(w, *, rank_out, rank_in):
    """The singular vectors themselves, and tensordot."""
    if w.ndim != 4 or rank_out not in range(1, len(w) + 1) or rank_in not in range(1, w.shape[1] + 1):
        raise ValueError("w or ranks")
    w = np.asarray(w, np.float64)
    left = np.linalg.svd(w.reshape(w.shape[0], -1))[0][:, :rank_out]
    right = np.linalg.svd(np.moveaxis(w, 1, 0).reshape(w.shape[1], -1))[0][:, :rank_in]
    core = np.tensordot(left.T, w, axes=(1, 0))  # (rank_out, in, kh, kw)
    core = np.moveaxis(np.tensordot(core, right, axes=(1, 0)), -1, 1)
    return right.T.reshape(rank_in, -1, 1, 1), core, left.reshape(-1, rank_out, 1, 1)


def by_gram_matrices(w, *, rank_out, rank_in):
    """Gram matrices summed tap by tap; the vectors in another order and with other signs."""
    if w.ndim != 4 or rank_out < 1 or rank_in < 1 or rank_out > w.shape[0] or rank_in > w.shape[1]:
        raise ValueError("w or ranks")
    taps = [w[:, :, y, x].astype(float) for y in range(w.shape[2]) for x in range(w.shape[3])]
    left = -np.linalg.eigh(sum(t @ t.T for t in taps))[1][:, -rank_out:]
    right = np.linalg.eigh(sum(t.T @ t for t in taps))[1][:, ::-1][:, :rank_in]
    core = np.stack([left.T @ t @ right for t in taps], axis=-1).reshape(rank_out, rank_in, *w.shape[2:])
    return right.T[..., None, None], np.asfortranarray(core), left[..., None, None]
