"""GPTQ: round one column after the other, and let the columns still to come make up for each error.

It lowers tr(E H E^T), the error of the layer's outputs, where RTN lowers each |E_ij|: the two are the same where the
inputs are white (H = I). With U the upper factor of the inverse Hessian (:mod:`minicompress.reference.hessian`),

    q_j = round(w_j),   e_j = (w_j - q_j) / U_jj,   W[:, j+1:] -= e_j U[j, j+1:]

Errors are carried beyond a block of columns at once, as one matrix product; a group's scale is chosen when the sweep
reaches it, from weights that have taken all errors before. Source: Frantar et al. 2022, arXiv:2210.17323.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.quantization.scheme import WeightScheme
from minicompress.tensors import QuantizedTensor

__all__ = ["quantize_gptq"]

_log = logging.getLogger(__name__)


def quantize_gptq(
    w: Any,
    hessian: Any,
    *,
    bits: int,
    group_size: int | None = None,
    symmetric: bool = True,
    act_order: bool = False,
    damping: float = 0.01,
    block_size: int = 128,
    narrow_range: bool = True,
    scale_dtype: Any = np.float32,
) -> QuantizedTensor:
    """Quantize ``w`` (out, in) so that the outputs change least on inputs with this ``hessian``.

    Parameters
    ----------
    w : (out, in), finite
    hessian : (in, in), symmetric positive semi-definite
        From :func:`hessian_from`. Its scale does not matter. An input that was never seen is rounded to nearest.
    act_order : bool
        Sweep the inputs with the largest H_jj first. Groups are then runs of that order, and the tensor stores it
        (4 bytes an input); with one group a row nothing more is stored.
    damping : float in [0, 1]
        Added to H, as a share of its mean diagonal; where the Cholesky factor fails it is raised, and the logger
        ``minicompress.quantization.gptq`` says so.
    block_size : int
        Columns between two matrix products; changes the speed and, by float rounding alone, the result.
    bits, group_size, symmetric, narrow_range, scale_dtype
        As in :func:`quantize_rtn`.

    Raises
    ------
    ValueError
        If a shape does not fit, ``hessian`` is not positive semi-definite, or as :func:`quantize_rtn` does.

    Examples
    --------
    >>> h = np.array([[1, 0.9], [0.9, 1]])  # the two inputs nearly agree: errors of opposite sign cancel
    >>> quantize_gptq([[7, 0.4, 0.4]], np.pad(h, ((1, 0), (1, 0))), bits=4).to_dense()
    array([[7., 0., 1.]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    columns = weights.shape[1]
    size = checks.group_size(group_size, columns)
    block = checks.integer(block_size, "block_size", low=1)
    share = checks.real(damping, "damping", low=0, high=1)
    scheme = WeightScheme(bits, symmetric, narrow_range, scale_dtype)
    h = checks.hessian(hessian, columns)
    order = np.argsort(-h.diagonal(), kind="stable") if act_order else np.arange(columns)
    upper, used = ops.inverse_factor(h[np.ix_(order, order)], share)
    if used != share:
        _log.warning("damping raised from %g to %g: the Hessian (%d inputs) is singular", share, used, columns)
    codes, scale, zero_point = _sweep(weights[:, order].astype(np.float64), upper, scheme, size, block)
    if not act_order or size == columns:  # one group a row: codes need no order of their own
        return scheme.store(codes[:, np.argsort(order)], scale, zero_point)
    return scheme.store(codes, scale, zero_point, order.astype(np.int32))


def _sweep(
    w: np.ndarray, upper: np.ndarray, scheme: WeightScheme, size: int, block: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes (rows, in), scale and zero point (rows, groups); ``w`` float64 is used up."""
    rows, columns = w.shape
    codes, room = np.empty(w.shape, np.uint8), np.empty(w.size)
    scale = np.empty((rows, columns // size), scheme.scale_dtype)
    zero_point = np.empty(scale.shape, np.uint8)
    for group in range(columns // size):
        first, last = group * size, (group + 1) * size
        now = checks.float_array(w[:, first:last], "w, after errors were carried over,")
        scale[:, group : group + 1], zero_point[:, group : group + 1] = scheme.parameters(now, size)
        grid = scale[:, group].astype(np.float32), zero_point[:, group], *scheme.code_range
        for start in range(first, last, block):
            stop = min(start + block, last)
            run = slice(start, stop)
            codes[:, run], errors = ops.gptq_sweep(w[:, run], upper[run, run], *grid)
            rest = w[:, stop:]
            rest -= np.matmul(errors, upper[run, stop:], out=room[: rest.size].reshape(rest.shape))
    return codes, scale, zero_point
