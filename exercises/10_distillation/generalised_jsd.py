"""The generalised Jensen-Shannon divergence (广义 JS 散度), between forward and reverse KL.

Questions: M28, M27, K11 | Difficulty: 3/5 | Minutes: 12 | Points: 25

On-policy distillation (GKD, arXiv:2306.13649) compares teacher p = softmax(teacher) and student q = softmax(student)
with a share beta of the teacher in the mixture (混合分布) m:

    m = beta * p + (1 - beta) * q                                                 0 < beta < 1
    JSD = beta * KL(p || m) + (1 - beta) * KL(q || m)                             in nats

At the two ends this would be 0 for any p and q. There, as libraries do, the divergence is defined to be

    beta = 0:  KL(p || q), the forward one (前向)        beta = 1:  KL(q || p), the reverse one (反向)

which is the limit of JSD / beta and of JSD / (1 - beta).

Task (任务): return the divergence of every position, float64 of shape (...,) for logits of shape (..., classes).
For 1-D logits this is one number (a float or an array of shape ()). No mean, no temperature.

Compute in float64. Logits are finite, at most 5000 in size: where p_c or q_c underflows to 0 the result is still right
(no NaN). A class with p_c = 0 adds nothing to KL(p || m).

student_logits, teacher_logits : (..., classes) float32 or float64 of one shape; do not change them.
Tolerance (容差): 1e-9 relative plus 1e-12.
Raise ``ValueError`` where ``beta`` is not in 0 .. 1 or where the shapes differ.
"""

import numpy as np


def generalised_jsd(student_logits: np.ndarray, teacher_logits: np.ndarray, *, beta: float) -> np.ndarray:
    """Return the generalised Jensen-Shannon divergence of each position."""
    raise NotImplementedError
