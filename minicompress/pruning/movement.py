"""Movement pruning: keep the weights that training moves away from zero, large or small.

    S_t = S_{t-1} - w_t g_t,   g = dL/dw

Gradient descent moves w by -lr g, so -w g > 0 says that |w| grows. Scores are signed: the most negative go first.
Source: Sanh et al. 2020, arXiv:2005.07683.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.scores import first_order, within_range

__all__ = ["movement_score"]


def movement_score(w: Any, grad: Any, *, score: Any = None) -> np.ndarray:
    """Return S - w g, float64; call it once a training step with the ``score`` S so far (0 without it).

    Pass the result as ``score=`` to a mask: as weights, it would be ranked by magnitude.

    Parameters
    ----------
    w, grad, score : arrays of one shape, finite

    Examples
    --------
    >>> s = movement_score([1.0, -1.0], [0.5, 0.5])
    >>> movement_score([0.9, -1.1], [0.5, 0.5], score=s)  # the second weight runs away from zero
    array([-0.95,  1.05])
    """
    product = first_order(w, grad)
    before = (
        np.zeros(product.shape)
        if score is None
        else checks.float_array(score, "score", shape=product.shape, dtype=np.float64)
    )
    with np.errstate(over="ignore"):
        return within_range(before - product)
