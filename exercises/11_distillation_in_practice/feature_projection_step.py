"""One step of feature distillation through a projection (FitNets 特征蒸馏：投影层的一步更新).

Questions: H05, K08 | Difficulty: 3/5 | Minutes: 15 | Points: 30

The student's hidden states H (..., d_s) are narrower than the teacher's F (..., d_t). A learned linear map
(可学习的投影) carries them over (arXiv:1412.6550). With n positions, n the product of all axes but the last:

    E = H W + b - F                                 W (d_s, d_t),   b (d_t,)
    loss = sum of E^2 / (n * d_t)                   the mean squared error (均方误差); no factor 1/2

Task (任务): derive the gradients by W, b and H, and make one step of gradient descent (梯度下降) with weight decay
(权重衰减) on W alone:

    W_new = W - lr * (dloss/dW + weight_decay * W)              b_new = b - lr * dloss/db

Return the tuple ``(loss, hidden_grad, weight, bias)``: the loss before the step (without the decay), the gradient
dloss/dH to send back into the student, of the shape of H, and the updated ``W_new`` and ``b_new``. The teacher gets no
gradient. ``hidden_grad`` is taken at the W that made the loss, before the update.

All arrays are float32 or float64 and stay unchanged: the caller's W is not updated in place. Compute in float64 and
return float64. H and F have at least 2 axes.
Tolerance (容差): 1e-9 relative plus 1e-12.
Raise ``ValueError`` where the axes of H and F before the last differ, or where W has not the shape (d_s, d_t).
"""

import numpy as np


def feature_projection_step(
    hidden: np.ndarray,
    teacher_hidden: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray,
    *,
    lr: float,
    weight_decay: float = 0.0,
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(loss, hidden_grad, weight, bias)`` after one step of the projection."""
    raise NotImplementedError
