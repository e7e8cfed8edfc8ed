"""The soft-target loss (软目标损失): T^2 times the forward KL divergence, averaged as it should be.

Questions: G07, K17, B05 | Difficulty: 2/5 | Minutes: 8 | Points: 20

Teacher and student give logits of shape (..., classes). With a temperature T (温度) both are softened:

    p = softmax(teacher / T),    q = softmax(student / T)            over the last axis (最后一维, 类别)
    KL(p || q) = sum over the classes c of p_c * ln(p_c / q_c)       in nats (自然对数)
    loss = T^2 * mean over the positions of KL(p || q)

A position (位置) is one index of all the axes before the last: a (batch, tokens, classes) array has batch * tokens of
them, and a (classes,) array has one.

Task (任务): return the loss as one float.

1. Compute in float64, also where the logits come in float32.
2. Logits reach 10000 in size: neither the softmax nor its logarithm may overflow (数值稳定). A class with p_c that
   underflows to 0 adds nothing.
3. Equal logits give 0; a rounding error of 1e-12 to either side is accepted.

student_logits, teacher_logits : arrays of floats of the same shape, at least 1-D; do not change them.
temperature : above 0, finite.
Tolerance (容差): 1e-9 relative plus 1e-12.
Raise ``ValueError`` where the shapes differ, where there is no element, where a logit is NaN or infinite, or where the
temperature is not above 0 and finite.
"""

import numpy as np


def soft_target_loss_value(
    student_logits: np.ndarray, teacher_logits: np.ndarray, *, temperature: float = 1.0
) -> float:
    """Return T^2 KL(softmax(teacher / T) || softmax(student / T)), the mean over positions."""
    raise NotImplementedError
