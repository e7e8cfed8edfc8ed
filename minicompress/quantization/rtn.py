"""Round to nearest: each weight to the closest code of its group, looking at no data. The baseline of all others."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.quantization.affine import choose_qparams
from minicompress.quantization.granularity import PerGroup
from minicompress.tensors import QuantizedTensor

__all__ = ["quantize_rtn"]


def quantize_rtn(
    w: Any,
    *,
    bits: int,
    group_size: int | None = None,
    symmetric: bool = True,
    narrow_range: bool = True,
    scale_dtype: Any = np.float32,
) -> QuantizedTensor:
    """Quantize ``w`` (out, in) with one scale for each run of ``group_size`` inputs (``None``: for each row).

    The error of a weight is at most half its group's step. A float16 scale is rounded up first and the codes are
    chosen for the rounded one.

    Parameters
    ----------
    w : (out, in), finite
    bits : int, 2 to 8 (1 to 8 if not symmetric)
    group_size : int that divides ``in``, or None
    symmetric, narrow_range : bool
        See :func:`minicompress.quantization.choose_qparams`.
    scale_dtype : float32 (default) or float16

    Raises
    ------
    ValueError
        If ``group_size`` does not divide ``in``, ``w`` is empty or not finite, or a scale overflows float16.

    Examples
    --------
    >>> w = quantize_rtn(np.float32([[-7, 3.4, 0.6, 7]]), bits=4)
    >>> w.to_dense(), w.bits_per_weight
    (array([[-7.,  3.,  1.,  7.]], dtype=float32), 12.0)
    """
    weights = checks.float_array(w, "w", ndim=2)
    size = checks.group_size(group_size, weights.shape[1])
    checks.one_of(np.dtype(scale_dtype), "scale_dtype", (np.dtype(np.float32), np.dtype(np.float16)))
    chosen = choose_qparams(
        weights, bits=bits, symmetric=symmetric, granularity=PerGroup(size), narrow_range=narrow_range
    )
    with np.errstate(over="ignore"):
        scale = chosen.scale.astype(scale_dtype)
    # A rounded-down step would leave the ends of the range out of reach: the next float16 covers them.
    short = scale < chosen.scale
    scale[short] = np.nextafter(scale[short], scale.dtype.type(np.inf))
    if not np.isfinite(scale).all():
        raise ValueError(f"a scale of {chosen.scale.max():.3g} overflows float16; use scale_dtype=np.float32")
    # Codes are stored unsigned: a signed code q stands as q + 2^(b-1), which is then the zero point.
    offset = 2 ** (chosen.bits - 1) if symmetric else 0
    zero_point = (chosen.zero_point + offset).astype(np.uint8)
    codes = ops.affine_quantize(weights, scale.astype(np.float32), zero_point, chosen.bits)
    return QuantizedTensor.from_codes(codes, scale, None if symmetric else zero_point, bits=chosen.bits)
