"""Movement pruning (移动剪枝): does training push a weight away from zero, or towards it? arXiv 2005.07683.

Questions: B04, K27, B15 | Difficulty: 2/5 | Minutes: 10 | Points: 20

Fine-tuning takes the gradients ``grads[0], grads[1], ...`` by plain gradient descent, starting from ``w``:

    w_{t+1} = w_t - lr * grads[t]                       w_0 = w

A weight moves away from zero in step t where w_t and grads[t] have opposite signs. The movement score (移动得分) sums
this over the steps, each time with the weight as it is *before* the step:

    score = - sum over t of  w_t * grads[t]             (elementwise, no factor lr)

Large scores are kept, small ones pruned; a score may be negative (the weight shrinks 向零移动), and stays so.

Task (任务): return the tuple ``(score, w_end)``: the scores, and the weights after the last step. Both are float64 of
the shape of ``w``, to a relative 1e-6 plus 1e-9 absolute.

w : floats of any shape.  grads : floats (steps, *w.shape), given; they do not depend on what you do.  lr : a float.
Compute in double precision; do not change ``w`` or ``grads``. With no steps the scores are 0 and w_end is w.
Raise ``ValueError`` where ``grads`` is not of the shape (steps, *w.shape), or where ``lr`` is not above 0.
"""

import numpy as np


def movement_importance(w: np.ndarray, grads: np.ndarray, *, lr: float) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(score, w_end)``: the accumulated movement scores and the trained weights."""
    raise NotImplementedError
