"""Taylor importance: what the loss would change by, to first order, without a weight or a group of weights.

    L(w) - L(w with the group at 0) ~ sum_group w g,   g = dL/dw,   score = (sum_group w g)^2

Over one weight this is (w g)^2; over a filter the sum comes before the square, so effects that cancel do cancel.
Average the score over batches, not the gradient. Source: Molchanov et al. 2019, arXiv:1906.10771.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.scores import first_order, within_range

__all__ = ["taylor_score"]


def taylor_score(w: Any, grad: Any, *, units: int | None = None) -> np.ndarray:
    """Return (w g)^2 for each weight, or (sum w g)^2 for each of ``units`` runs of rows: float64.

    Parameters
    ----------
    w, grad : arrays of one shape, finite
        Weights and the gradient of the loss by them.
    units : int, optional
        Groups along axis 0: ``w.shape[0]`` for neurons or filters, the number of heads for heads.

    Examples
    --------
    >>> taylor_score([[1.0, 2.0], [3.0, 0.0]], [[2.0, -1.0], [1.0, 5.0]])
    array([[4., 4.],
           [9., 0.]])
    >>> taylor_score([[1.0, 2.0], [3.0, 0.0]], [[2.0, -1.0], [1.0, 5.0]], units=2)  # the first row's effects cancel
    array([0., 9.])
    """
    product = first_order(w, grad)
    if units is not None:
        count = checks.integer(units, "units", low=1)
        if product.ndim == 0 or product.shape[0] % count:
            raise ValueError(f"units = {count} must divide axis 0 of w; got {checks.describe(product)}")
        with np.errstate(over="ignore", invalid="ignore"):
            product = product.reshape(count, -1).sum(axis=1)
    with np.errstate(over="ignore"):
        return within_range(product**2)
