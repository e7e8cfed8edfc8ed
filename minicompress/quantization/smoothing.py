"""SmoothQuant: move the spread of the activations into the weights, where per-channel grids can hold it.

Outlier channels stretch the one step that all activations of a token share. A scale for each input channel levels
them, and the weights undo it, exactly:

    Y = X W^T = (X / s) (W diag(s))^T,   s_j = max|X_j|^a / max|W_j|^(1 - a)

a = 0 leaves the activations as hard as they are, a = 1 gives all of it to the weights. 1 / s is folded into what
produces X (a norm's gain), or stored as a tensor's ``input_scale``. Source: Xiao et al. 2022, arXiv:2211.10438.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from minicompress import checks

__all__ = ["smooth"]

_FLOOR = 1e-5  # as the paper's code: neither a dead channel nor a dead column may ask for a scale of 0


@overload
def smooth(w: np.ndarray, x_absmax: Any, *, alpha: float = ...) -> tuple[np.ndarray, np.ndarray]: ...
@overload
def smooth(w: Sequence[np.ndarray], x_absmax: Any, *, alpha: float = ...) -> tuple[list[np.ndarray], np.ndarray]: ...
def smooth(w: Any, x_absmax: Any, *, alpha: float = 0.5) -> tuple[Any, np.ndarray]:
    """Return W diag(s), float32, and s (in,), float32: feed the layer x / s and its output stays what it was.

    Parameters
    ----------
    w : (out, in), or a list of such that share their input (query, key and value)
        Of a list, each column's largest weight is taken over all, and a list is returned.
    x_absmax : (in,)
        Largest magnitude of each input channel, at least 0.
    alpha : float in [0, 1]
        Share of the spread that moves into the weights.

    Raises
    ------
    ValueError
        If the inputs' sizes differ, ``x_absmax`` is negative, or a smoothed weight leaves float32.

    Examples
    --------
    >>> w, s = smooth(np.float32([[1, 1]]), [16.0, 1.0])
    >>> w, s
    (array([[4., 1.]], dtype=float32), array([4., 1.], dtype=float32))
    """
    shared = isinstance(w, list | tuple) and all(isinstance(one, np.ndarray) for one in w) and len(w) > 0
    weights = [checks.float_array(one, "w", ndim=2) for one in (w if shared else [w])]
    columns = weights[0].shape[1]
    if any(one.shape[1] != columns for one in weights):
        raise ValueError(f"w must hold matrices of one width; got shapes {', '.join(str(o.shape) for o in weights)}")
    reach = checks.float_array(x_absmax, "x_absmax", shape=(columns,), dtype=np.float64)
    if (reach < 0).any():
        raise ValueError(f"x_absmax must be at least 0; got a minimum of {reach.min():.3g}")
    a = checks.real(alpha, "alpha", low=0, high=1)
    largest = np.maximum(np.max([np.abs(one).max(axis=0) for one in weights], axis=0), _FLOOR).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
        s = np.maximum(reach**a / largest ** (1 - a), _FLOOR).astype(np.float32)
        smoothed = [one * s for one in weights]
    if not all(np.isfinite(array).all() for array in (s, *smoothed)):
        raise ValueError("w overflows float32 once it is scaled: lower alpha, or scale the weights first")
    return (smoothed if shared else smoothed[0]), s
