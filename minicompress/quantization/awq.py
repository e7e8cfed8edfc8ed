"""AWQ: weights that meet large activations get a finer step, by scaling their columns up before rounding.

With a scale s_j for each input, W x = (W diag(s)) (x / s); rounding W diag(s) leaves input j an error of about one
step over s_j. The scale is a power of the mean magnitude of the activations, its exponent found by search:

    s = (mean_i |x_ij|)^r / sqrt(max s min s),   r in {0, 1/20, ..., 19/20},   argmin_r ||X (W - W_r)^T||_F

r = 0 is RTN, so AWQ is never worse than RTN on its calibration inputs.
Source: Lin et al. 2023, arXiv:2306.00978.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.rtn import quantize_rtn
from minicompress.tensors import QuantizedTensor

__all__ = ["quantize_awq"]

_FLOOR = 1e-4  # a channel that is all but dead keeps a scale of its own; relative to the largest


def quantize_awq(
    w: Any,
    x: Any,
    *,
    bits: int,
    group_size: int | None = None,
    symmetric: bool = True,
    n_grid: int = 20,
    narrow_range: bool = True,
    scale_dtype: Any = np.float32,
) -> QuantizedTensor:
    """Quantize ``w`` (out, in) so that the inputs that matter in ``x`` (n_samples, in) are kept best.

    The tensor stores 1 / s as its ``input_scale`` (4 bytes an input), or nothing where r = 0 is best.

    Parameters
    ----------
    w, x : (out, in) and (n_samples, in), finite
    n_grid : int
        Number of exponents tried: r = 0, 1 / n_grid, ..., (n_grid - 1) / n_grid.
    bits, group_size, symmetric, narrow_range, scale_dtype
        As in :func:`quantize_rtn`, which rounds.

    Examples
    --------
    >>> q = quantize_awq([[7, 0.4]], [[0.01, 10], [0.01, -10]], bits=4)
    >>> f"{q.to_dense()[0, 1]:.2f}"  # RTN would give 0; the second input is the one that counts
    '0.40'
    """
    weights = checks.float_array(w, "w", ndim=2)
    inputs = checks.float_array(x, "x", shape=(None, weights.shape[1]), dtype=np.float64)
    tries = checks.integer(n_grid, "n_grid", low=1)
    inputs = inputs / (np.abs(inputs).max() or 1.0)  # its scale does not matter, and its squares must not overflow
    gram = inputs.T @ inputs
    magnitude = np.abs(inputs).mean(axis=0)
    scheme: dict[str, Any] = {
        "bits": bits,
        "group_size": group_size,
        "symmetric": symmetric,
        "narrow_range": narrow_range,
        "scale_dtype": scale_dtype,
    }
    best = quantize_rtn(weights, **scheme)
    least = _output_error(weights, best, gram)
    for step in range(1, tries):
        candidate = _scaled(weights, _channel_scale(magnitude, step / tries), scheme)
        if candidate is not None and (loss := _output_error(weights, candidate, gram)) < least:
            best, least = candidate, loss
    return best


def _channel_scale(magnitude: np.ndarray, r: float) -> np.ndarray:
    """s (in,) float32; a power law, so that the unit of the activations cancels in the normalisation."""
    s = np.maximum((magnitude / (magnitude.max() or 1.0)) ** r, _FLOOR)
    return (s / np.sqrt(s.max() * s.min())).astype(np.float32)


def _scaled(w: np.ndarray, s: np.ndarray, scheme: dict[str, Any]) -> QuantizedTensor | None:
    """``w`` rounded under the channel scale ``s``, or None where it leaves the range of its floats."""
    with np.errstate(over="ignore"):
        scaled = w * s
    try:
        return dataclasses.replace(quantize_rtn(scaled, **scheme), input_scale=1 / s)
    except ValueError:
        return None


def _output_error(w: np.ndarray, q: QuantizedTensor, gram: np.ndarray) -> float:
    """||X (W - Q)^T||^2 = tr(E G E^T), from G = X^T X (in, in): no output is formed."""
    error = w.astype(np.float64) - q.to_dense()
    return float(((error @ gram) * error).sum())
