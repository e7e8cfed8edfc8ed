"""SNIP: how much the loss feels a connection, before any training.

    score = |dL/dc| at c = 1 for w -> c w  =  |w g|;   published as a share of the sum over all weights

Ranks are the same with and without the division; the share makes scores of different batches comparable.
Source: Lee et al. 2018, arXiv:1810.02340.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.pruning.scores import first_order, within_range

__all__ = ["snip_score"]


def snip_score(w: Any, grad: Any) -> np.ndarray:
    """Return |w g| / sum |w g|, float64, of ``w`` and ``grad`` of one shape (zeros where w g is 0 everywhere).

    >>> snip_score([1.0, -2.0, 4.0], [3.0, 1.0, 0.0])
    array([0.6, 0.4, 0. ])
    """
    sensitivity = np.abs(first_order(w, grad))
    with np.errstate(over="ignore"):
        total = within_range(sensitivity.sum())
    return sensitivity / total if total > 0 else sensitivity
