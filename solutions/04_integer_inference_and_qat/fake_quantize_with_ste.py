"""Reference answer: fake quantization with the straight-through estimator."""

import numpy as np


def fake_quantize_with_ste(
    x: np.ndarray, grad: np.ndarray, *, scale: float, zero_point: int, bits: int = 8
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(y, dx)``: x quantized and dequantized, and the gradient with respect to x."""
    qmax = 2**bits - 1
    if scale <= 0:
        raise ValueError(f"scale must be positive; got {scale}")
    if not 0 <= zero_point <= qmax:
        raise ValueError(f"zero_point must be in 0 .. {qmax}; got {zero_point}")
    if x.shape != grad.shape:
        raise ValueError(f"x has the shape {x.shape}, grad {grad.shape}")

    # The integer before the clamp: both passes start from it.
    n = np.rint(x / scale) + zero_point
    kept = np.clip(n, 0, qmax)

    # The derivative of a staircase is 0 nearly everywhere and nothing would be learned. With rounding taken for the
    # identity, 1 / scale on the way in and scale on the way out cancel: what is left is the derivative of the clamp.
    dx = grad * (kept == n)
    return scale * (kept - zero_point), dx  # a Python float leaves float32 as it is
