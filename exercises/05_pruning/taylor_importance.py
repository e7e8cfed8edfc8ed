"""First-order Taylor importance of output channels (一阶泰勒展开的通道重要性), arXiv 1906.10771.

Questions: M26, K27, B20 | Difficulty: 2/5 | Minutes: 12 | Points: 20

What would the loss of a batch lose if output channel c were removed? To first order, setting all weights of the
channel to zero changes it by -(sum of w * g over the channel), g the gradient of that batch's loss. The importance is
the square of this change, averaged over the batches:

    importance[c] = mean over b of ( sum over i of w[c, i] * grads[b, c, i]  +  bias[c] * bias_grads[b, c] ) ** 2

where i runs over all other axes of the weight, and the bias term is there only if the layer has a bias (偏置).
The square is taken of the sum of one channel in one batch: neither of each product, nor of the mean over the batches.

Task (任务): return the importances, float64 of shape (out_channels,), to a relative 1e-6.

w : (out_channels, ...) with one or more further axes: (out, in) of a linear layer, (out, in, kh, kw) of a convolution.
grads : (batches, *w.shape), at least one batch.  bias : (out_channels,) or None.  bias_grads : (batches, out_channels)
or None. All are floats of any precision and not to be changed; compute in double precision (双精度).
Raise ``ValueError`` where ``grads`` is not of the shape (batches, *w.shape) or has no batch, or where only one of
``bias`` and ``bias_grads`` is given.
"""

import numpy as np


def taylor_importance(
    w: np.ndarray, grads: np.ndarray, *, bias: np.ndarray | None = None, bias_grads: np.ndarray | None = None
) -> np.ndarray:
    """Return the first-order Taylor importance of each output channel."""
    raise NotImplementedError
