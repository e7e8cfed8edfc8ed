"""Training shared weights (共享权重的训练): the gradient of the codebook (码本), as in Deep Compression.

Questions: K13, B22, B06 | Difficulty: 2/5 | Minutes: 10 | Points: 20

A compressed layer stores no weights but codes: w[i, j] = c[codes[i, j]] with a codebook ``c`` of ``k`` values. After
pruning (剪枝) the code 0 is reserved: it means "removed", c[0] is 0 for ever. The other values are trained on (微调).

Task (任务): given the gradient of the loss with respect to every weight, G[i, j] = dL/dw[i, j], return the gradient
with respect to the codebook, dL/dc. By the chain rule (链式法则) a value that stands in many places collects what all
of them say:

    dL/dc[m] = sum of G[i, j] over the places with codes[i, j] == m       for m = 1 .. k - 1
    dL/dc[0] = 0                                                          (a removed weight stays removed)

A value that no place uses has gradient 0. It is the sum that is asked for, not the mean.

gradient : float32 or float64 of any shape (vectors, matrices, convolutions).  codes : any integer dtype, same shape.
Neither may be changed. The codes may be uint8, and the gradient may be in Fortran order while the codes are not.
Return float64 of shape (k,); sum in float64 (双精度累加). Tolerance (容差): relative 1e-9, absolute 1e-9.
Raise ``ValueError`` where the shapes differ, ``k`` is below 1, or a code is not in 0 .. k - 1.
"""

import numpy as np


def shared_centroid_gradient(gradient: np.ndarray, codes: np.ndarray, *, k: int) -> np.ndarray:
    """Return dL/dc of the ``k`` values of the codebook, float64 (k,)."""
    raise NotImplementedError
