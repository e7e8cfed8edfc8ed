"""The affine integer map, group by group: code = clip(rint(w / s) + z), w' = s (code - z).

A row of ``in_features`` weights is cut into ``groups`` equal runs; scale and zero point have shape (rows, groups).
The division is a true division and ``rint`` rounds half to even: multiplying by 1/s would change codes.
"""

from __future__ import annotations

import numpy as np

__all__ = ["affine_dequantize", "affine_quantize", "quantize_rows"]


def affine_quantize(w: np.ndarray, scale: np.ndarray, zero_point: np.ndarray, bits: int) -> np.ndarray:
    """Codes uint8 (rows, in) of ``w`` float32 (rows, in), clipped to 0 .. 2**bits - 1.

    ``scale`` float32 and ``zero_point`` uint8 have shape (rows, groups).

    >>> half, eight = np.array([[0.5]], np.float32), np.array([[8]], np.uint8)
    >>> affine_quantize(np.array([[-1, 0, 0.5, 9]], np.float32), half, eight, 4)
    array([[ 6,  8,  9, 15]], dtype=uint8)
    """
    rows, columns = w.shape
    groups = scale.shape[1]
    grouped = w.reshape(rows, groups, columns // groups)
    steps = np.rint(grouped / scale[:, :, None]) + zero_point[:, :, None].astype(np.float32)
    return np.clip(steps, 0, 2**bits - 1).astype(np.uint8).reshape(rows, columns)


def affine_dequantize(codes: np.ndarray, scale: np.ndarray, zero_point: np.ndarray) -> np.ndarray:
    """Weights float32 (rows, in) of uint8 codes: s (code - z).

    >>> affine_dequantize(np.array([[6, 8, 9, 15]], np.uint8), np.array([[0.5]], np.float32), np.array([[8]], np.uint8))
    array([[-1. ,  0. ,  0.5,  3.5]], dtype=float32)
    """
    rows, columns = codes.shape
    groups = scale.shape[1]
    grouped = codes.reshape(rows, groups, columns // groups).astype(np.float32)
    steps = grouped - zero_point[:, :, None].astype(np.float32)
    return (steps * scale[:, :, None]).reshape(rows, columns)


def quantize_rows(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quantize each row of activations to int8 by its own largest magnitude: dynamic quantization.

    s_i = max_j |x_ij| / 127 (1 for a row of zeros), q = clip(rint(x / s), -127, 127): int8 (n, in) and float32 (n,).

    >>> q, s = quantize_rows(np.array([[-2.54, 1.27]], np.float32)); q, s
    (array([[-127,   64]], dtype=int8), array([0.02], dtype=float32))
    """
    largest = np.abs(x).max(axis=1, initial=0.0)
    scale = (largest / np.float32(127)).astype(np.float32)
    # A subnormal maximum can divide to 0: such a row is zero as far as the product can tell.
    scale[scale < np.finfo(np.float32).tiny] = 1.0
    q = np.clip(np.rint(x / scale[:, None]), -127, 127)
    return q.astype(np.int8), scale
