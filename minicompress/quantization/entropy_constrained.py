"""Entropy-constrained scalar quantization: a uniform step, as fine as a rate in bits allows once codes are coded.

A fixed-width grid spends as many bits on a rare code as on a common one, so its step must stretch to the largest
weight. With an entropy coder behind it the range costs next to nothing, and a plain uniform grid is within a quarter of
a bit of what any code can do:

    rate = H(rint(w / s))  bits a weight,   s from the rate by bisection

All rows share one s, because an error costs the same in each; with ``relative=True`` s is a multiple of each row's
root mean square, for rows that are normalised afterwards (embeddings). With a Hessian the errors are carried on as in
GPTQ. Sources: Gish and Pierce 1968, doi:10.1109/TIT.1968.1054193; Frantar et al. 2022, arXiv:2210.17323.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.tensors import QuantizedTensor

__all__ = ["quantize_entropy_constrained"]

_BLOCK = 128
_HALVINGS = 30
_FAR = 2**14  # codes beyond are counted as one
_ROOM = 1.25  # how far beyond the largest weight carried errors may take one before it is clipped


def quantize_entropy_constrained(
    w: Any, hessian: Any = None, *, rate: float, relative: bool = False, damping: float = 0.01
) -> QuantizedTensor:
    """Quantize ``w`` (out, in) to codes of about ``rate`` bits of entropy each; they are stored at their full width.

    Parameters
    ----------
    w : (out, in), finite
    hessian : (in, in), optional
        From :func:`hessian_from`; without it each weight is rounded to nearest.
    rate : float in (0, 8)
        Entropy of the codes in bits a weight, measured on ``w`` before errors are carried; what an entropy coder
        reaches. Fewer come out where ``w`` has not so many values, or rows with outliers that need a coarser step.
    relative : bool
        Whether a row's step is a multiple of its root mean square.
    damping : float in [0, 1]
        As in :func:`quantize_gptq`.

    Raises
    ------
    ValueError
        If ``rate`` or ``damping`` is out of range, ``w`` is empty or not finite, or a shape does not fit.

    Examples
    --------
    >>> w = np.random.default_rng(0).standard_normal((256, 256))
    >>> q = quantize_entropy_constrained(w, rate=3.0)
    >>> counts = np.bincount(q.codes.reshape(-1)); p = counts[counts > 0] / w.size
    >>> round(float(-(p * np.log2(p)).sum()), 2), q.bits
    (3.0, 5)
    """
    weights = checks.float_array(w, "w", ndim=2)
    wanted = checks.real(rate, "rate", low=0, high=8, open_low=True)
    share = checks.real(damping, "damping", low=0, high=1)
    unit = _units(weights, relative)
    step = _step(weights / unit, wanted)
    # Rounded to what is stored before it is used; a step that vanishes would divide by zero.
    scale = np.maximum(unit * step, np.finfo(np.float32).tiny).astype(np.float32)
    room = 1.0 if hessian is None else _ROOM
    reach = np.abs(weights).max(axis=1, keepdims=True) * room / 127
    if (reach > scale).any():  # rows of outliers, which 8-bit codes reach only at a step of their own
        scale = np.maximum(scale, reach).astype(np.float32)
    bits = min(8, _width(float(np.abs(weights / scale).max()) * room))
    middle = 2 ** (bits - 1)
    if hessian is None:
        codes = np.clip(np.rint(weights / scale) + middle, 1, 2 * middle - 1).astype(np.uint8)
    else:
        h = checks.hessian(hessian, weights.shape[1])
        order = np.argsort(-h.diagonal(), kind="stable")  # the inputs that matter most first: others make up for them
        upper, _ = ops.inverse_factor(h[np.ix_(order, order)], share)
        steps = np.ascontiguousarray(np.broadcast_to(scale, (len(weights), 1))[:, 0])
        codes = np.empty(weights.shape, np.uint8)
        codes[:, order] = _sweep(weights[:, order].astype(np.float64), upper, steps, middle)
    return QuantizedTensor.from_codes(codes, scale, None, bits=bits)


def _units(w: np.ndarray, relative: bool) -> np.ndarray:
    """What a step is a multiple of: (out, 1) or (1, 1), never 0."""
    exact = w.astype(np.float64)
    size = np.sqrt((exact**2).mean(axis=1, keepdims=True) if relative else (exact**2).mean(keepdims=True))
    return np.where(size > 0, size, 1.0)


def _step(scaled: np.ndarray, rate: float) -> float:
    """The step at which the codes of ``scaled`` have an entropy of ``rate`` bits."""
    low, high = np.log(1e-5), np.log(64.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _entropy(scaled, np.exp(middle)) > rate else (low, middle)
    return float(np.exp(high))


def _entropy(scaled: np.ndarray, step: float) -> float:
    codes = np.clip(np.rint(scaled / step), -_FAR, _FAR).astype(np.int64)
    counts = np.bincount((codes + _FAR).reshape(-1))
    p = counts[counts > 0] / codes.size
    return float(-(p * np.log2(p)).sum())


def _width(largest: float) -> int:
    """Bits of a symmetric code that reaches ``largest`` steps."""
    return max(2, int(np.ceil(np.rint(largest))).bit_length() + 1)


def _sweep(w: np.ndarray, upper: np.ndarray, scale: np.ndarray, middle: int) -> np.ndarray:
    """Codes (out, in) of ``w`` float64, which is used up: the sweep of GPTQ with steps that are given."""
    codes = np.empty(w.shape, np.uint8)
    grid = scale, np.full(len(w), middle, np.uint8), 1, 2 * middle - 1
    for start in range(0, w.shape[1], _BLOCK):
        run = slice(start, start + _BLOCK)
        codes[:, run], errors = ops.gptq_sweep(np.ascontiguousarray(w[:, run]), upper[run, run], *grid)
        w[:, run.stop :] -= errors @ upper[run, run.stop :]
    return codes
