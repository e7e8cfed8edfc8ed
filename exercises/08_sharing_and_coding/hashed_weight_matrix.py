"""HashedNets (哈希权重共享): a layer of any size on K stored values, arXiv:1504.04788. Forward and gradient.

Questions: B22, K13, B06 | Difficulty: 3/5 | Minutes: 20 | Points: 30

The weight matrix W (outputs, inputs) is not stored. A hash (哈希) of the place says which of the K values of ``c``
stands there, and with which sign:

    t = (2654435761 * i + 2246822519 * j + seed) mod 2**32          i: output (row), j: input (column), from 0
    h = (t XOR (t >> 16)) mod K                                     XOR: bitwise (按位异或)
    sign = -1 if t >= 2**31 else +1
    W[i, j] = sign * c[h]

Task (任务): for a batch ``x`` (n, inputs) and the gradient ``grad_y`` = dL/dy (n, outputs) of a loss, return the tuple
``(y, grad_c)``:

    y = x W^T                      (n, outputs), forward (前向)
    grad_c[m] = dL/dc[m]           (K,), backward (反向): by the chain rule, dL/dW = grad_y^T x, and each place adds
                                   sign * dL/dW[i, j] to the value that stands there

The number of outputs is that of the columns of ``grad_y``, the number of inputs that of ``x``. W is rarely square.
The products exceed 32 bits: use Python integers, or 64-bit ones before ``mod 2**32``.

All arrays are float64 and finite, n >= 1; change none of them. seed : 0 .. 2**32 - 1.
Return float64. Tolerance (容差): relative 1e-9, absolute 1e-9.
Raise ``ValueError`` where ``c`` is not 1-D or is empty, ``x`` or ``grad_y`` is not 2-D, or they differ
in the number of rows.
"""

import numpy as np


def hashed_weight_matrix(
    c: np.ndarray, x: np.ndarray, grad_y: np.ndarray, *, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(y, grad_c)`` of the layer whose weights are hashed into ``c``."""
    raise NotImplementedError
