"""Lottery tickets: train, drop a share of the survivors, put the rest back to where they started, train again.

    mask_{r+1} = mask_r without the p lowest of trained |w| among its survivors;   w <- w_0 * mask_{r+1}

w_0 are the weights of initialisation, or of a few steps in, which is what works for large networks.
Sources: Frankle and Carbin 2018, arXiv:1803.03635; rewinding: Frankle et al. 2019, arXiv:1903.01611.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.ranking import checked_weights, drop_count, keep_largest

__all__ = ["checked_mask", "rewind", "survivor_mask"]


def survivor_mask(w: Any, mask: Any, *, sparsity: float) -> np.ndarray:
    """Return ``mask`` without k = rint(kept * sparsity) more weights: the smallest magnitudes that it still kept.

    Parameters
    ----------
    w : array of finite numbers, as trained
    mask : boolean array of the shape of ``w``, True = kept
    sparsity : float in [0, 1]
        Share of the *survivors* that go in this round.

    Examples
    --------
    >>> survivor_mask([0.1, 0.2, 0.3, 9.0], np.array([False, True, True, True]), sparsity=1 / 3)
    array([False, False,  True,  True])
    """
    values = checked_weights(w)
    kept = checked_mask(mask, values.shape)
    standing = np.where(kept, np.abs(values), np.inf).reshape(-1)  # what is gone cannot go again
    return keep_largest(standing, drop_count(int(kept.sum()), sparsity)).reshape(values.shape) & kept


def rewind(initial: Mapping[str, Any], masks: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return new arrays w_0 * mask; tensors without a mask (biases, norms) are put back whole.

    >>> rewind({"w": np.array([1.0, 2.0]), "b": np.array([3.0])}, {"w": np.array([False, True])})
    {'w': array([0., 2.]), 'b': array([3.])}
    """
    if not isinstance(initial, Mapping) or not isinstance(masks, Mapping):
        raise TypeError("initial and masks must be mappings of names to arrays")
    stray = [name for name in masks if name not in initial]
    if stray:
        raise ValueError(f"masks names {stray[0]!r}, which is no tensor; they are {', '.join(map(str, initial))}")
    back = {name: np.array(checks.float_array(w, f"initial[{name!r}]", dtype=None)) for name, w in initial.items()}
    for name, mask in masks.items():
        back[name][~checked_mask(mask, back[name].shape, f"masks[{name!r}]")] = 0
    return back


def checked_mask(mask: Any, shape: tuple[int, ...], name: str = "mask") -> np.ndarray:
    """Return ``mask`` if it is a boolean array of that shape."""
    if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != shape:
        raise ValueError(f"{name} must be a boolean array of shape {shape}; got {checks.describe(mask)}")
    return mask
