"""LLM.int8(): 8-bit products, save for the few channels whose activations are outliers.

    o = {j : max_i |x_ij| >= 6},   X W^T = X_o W_o^T (float) + s_x s_w Q(X_r) Q(W_r)^T (int8, one step a row)

The paper finds o anew in each batch; here it is found once, on calibration inputs, so that W_r can be stored in 8
bits for good. Source: Dettmers et al. 2022, arXiv:2208.07339.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.rtn import quantize_rtn
from minicompress.tensors import DenseTensor, OutlierTensor, QuantizedTensor

__all__ = ["quantize_llm_int8"]


def quantize_llm_int8(w: Any, x: Any, *, threshold: float = 6.0) -> OutlierTensor:
    """Store columns of ``w`` (out, in) whose inputs reach ``threshold`` as float16, the rest at 8 bits a weight.

    Parameters
    ----------
    w, x : (out, in) and (n_samples, in), finite
    threshold : float, at least 0
        In units of the activations. Outlier weights beyond float16 are kept as float32.

    Examples
    --------
    >>> w = quantize_llm_int8(np.eye(3), [[0.5, -60, 1.0]])
    >>> w.outlier_columns, w.linear([0.5, -60, 1.0], activation_bits=8)  # plain int8 would give [0.47, -60, 0.94]
    (array([1], dtype=int32), array([  0.503937, -60.      ,   1.      ], dtype=float32))
    """
    weights = checks.float_array(w, "w", ndim=2)
    inputs = checks.float_array(x, "x", shape=(None, weights.shape[1]))
    limit = checks.real(threshold, "threshold", low=0)
    outlier = np.abs(inputs).max(axis=0) >= limit
    kept = weights[:, outlier]
    with np.errstate(over="ignore"):
        half = kept.astype(np.float16)
    outliers = DenseTensor(half if np.isfinite(half).all() else kept)
    return OutlierTensor(outliers, _eight_bits(weights[:, ~outlier]), np.flatnonzero(outlier).astype(np.int32))


def _eight_bits(w: np.ndarray) -> QuantizedTensor:
    if w.size:
        return quantize_rtn(w, bits=8)
    return QuantizedTensor.from_codes(np.zeros(w.shape, np.uint8), np.ones((1, 1), np.float32), None, bits=8)
