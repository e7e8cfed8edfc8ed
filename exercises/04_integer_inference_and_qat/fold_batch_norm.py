"""Fold a batch norm into the layer before it (BN 折叠).

Questions: S06, B03 | Difficulty: 2/5 | Minutes: 10 | Points: 20

At inference a batch norm (批归一化) is an affine map per output channel, with its running mean and variance
(滑动均值与方差) fixed. It can be folded into the layer before it, which is the layer that is then quantized:

    gamma * (layer(x) - mean) / sqrt(var + eps) + beta  =  folded layer(x)

where layer(x) is a convolution or a linear layer with weights ``w``, output channels on the first axis
(输出通道在第一维), and a bias ``b`` per output channel.

Task (任务): return the tuple ``(w, b)`` of the folded layer.

w : float64 (out, in), (out, in, k) or (out, in, kh, kw).  b : float64 (out,), or None for a layer without a bias.
gamma, beta, mean, var : float64 (out,).  Do not change them.
Return w of its shape and b of shape (out,), both float64. Tolerance (容差): a relative 1e-9 and an absolute 1e-12.
Raise ``ValueError`` where ``var`` holds a negative number, or where w has fewer than 2 dimensions.
"""

import numpy as np


def fold_batch_norm(
    w: np.ndarray,
    b: np.ndarray | None,
    *,
    gamma: np.ndarray,
    beta: np.ndarray,
    mean: np.ndarray,
    var: np.ndarray,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(w, b)`` of the layer with the batch norm folded in."""
    raise NotImplementedError
