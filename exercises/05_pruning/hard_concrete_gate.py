"""The hard concrete gate of L0 regularization (L0 正则的 hard concrete 门), arXiv 1712.01312.

Questions: H07, B04, K27 | Difficulty: 4/5 | Minutes: 20 | Points: 40

A gate z multiplies a weight (or a whole channel). It is random, can be exactly 0 or exactly 1, and still has a gradient
in its parameter log_alpha. With uniform noise u (均匀噪声) in (0, 1), and sigmoid(a) = 1 / (1 + exp(-a)):

    training (训练):     s = sigmoid((log(u) - log(1 - u) + log_alpha) / beta)
    inference (推理):    s = sigmoid(log_alpha)                        without noise and without beta
    both:                z = min(1, max(0, s * (zeta - gamma) + gamma))         stretch (拉伸), then clamp (截断)

The stretched value leaves 0 .. 1 at both ends because gamma < 0 and zeta > 1. The penalty is the expected L0 norm
(期望 L0 范数): the sum over all gates of the probability P(z > 0) in *training*, in closed form, not from a sample.

Task (任务): derive P(z > 0) as a function of log_alpha (hint: for which log(u) - log(1 - u) is z > 0? That noise is
logistic, P(noise > -a) = sigmoid(a)), and return the tuple ``(z, expected_l0)``.

1. z : float64 of the shape of ``log_alpha``; from the training formula where ``u`` is given, else from that of
   inference (u = None).
2. expected_l0 : a float; the same number whether ``u`` is given or not.

log_alpha : floats of any shape, -30 to 30.  u : floats of the same shape, or None.  Compute in double precision; do not
change the arguments.  Tolerance (容差): 1e-6 relative plus 1e-9 absolute; a gate that is 0 or 1 is so exactly.
Raise ``ValueError`` where ``u`` is of another shape or has a value not strictly between 0 and 1, where ``beta`` is not
above 0, or where gamma < 0 and zeta > 1 do not both hold.
"""

import numpy as np


def hard_concrete_gate(
    log_alpha: np.ndarray,
    u: np.ndarray | None = None,
    *,
    beta: float = 2 / 3,
    gamma: float = -0.1,
    zeta: float = 1.1,
) -> tuple[np.ndarray, float]:
    """Return ``(z, expected_l0)``: the gates, and the sum of their probabilities of not being 0."""
    raise NotImplementedError
