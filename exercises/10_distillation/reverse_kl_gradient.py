"""The reverse KL divergence (反向 KL), its gradient, and what one term of it is for.

Questions: M27, K11 | Difficulty: 3/5 | Minutes: 15 | Points: 30

    p = softmax(teacher / T),   q = softmax(student / T)                over the last axis
    D = KL(q || p) = sum over the classes of q_c ln(q_c / p_c)          for every token (逐 token)
    loss = T^2 * (weighted sum over the tokens of w_i D_i) / (sum of the w_i)

Task (任务): return the tuple ``(loss, grad)``: the loss, a float, and its gradient by ``student_logits``, float64 of
shape (tokens, classes). Derive it: q stands in front of the logarithm *and* in it, and it depends on every logit, so
this is not the forward gradient with p and q exchanged.

Compute in float64. Logits are finite, at most 5000 in size: a q_c or p_c that underflows to 0 must not become a NaN,
and ln p_c may be -10000.

student_logits, teacher_logits : (tokens, classes) float32 or float64; do not change them.
weights : (tokens,) floats, at least 0; ``None`` = all 1 (such as the share of each sequence, 序列权重).
temperature : above 0.
Tolerance (容差): 1e-9 relative plus 1e-10.
Raise ``ValueError`` where a weight is negative or where the weights sum to 0. (No other check is asked for.)
"""

import numpy as np


def reverse_kl_gradient(
    student_logits: np.ndarray,
    teacher_logits: np.ndarray,
    *,
    temperature: float = 1.0,
    weights: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    """Return the weighted mean of T^2 KL(q || p) and its gradient by the student's logits."""
    raise NotImplementedError
