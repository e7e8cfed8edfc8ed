"""The gradient of the soft-target loss (软目标损失的梯度), with padded positions left out (填充位置不计).

Questions: B11, G07 | Difficulty: 3/5 | Minutes: 12 | Points: 25

    p = softmax(teacher / T),    q = softmax(student / T)                       over the last axis
    loss = T^2 * (sum over the counted positions of KL(p || q)) / n             n = number of counted positions

Task (任务): derive d loss / d student_logits by hand and return it, an array of the shape of ``student_logits``.

1. ``mask`` is boolean of shape (batch, tokens); True = the position counts (有效位置). ``None`` = every one counts.
2. A position that does not count has the gradient 0.0, also where its logits are NaN or infinite: padding may hold
   anything.
3. Compute in float64; the result has the dtype of ``student_logits`` (float32 or float64), whatever the teacher's is.
4. The counted logits are finite and at most 10000 in size: no overflow (数值稳定).

student_logits, teacher_logits : (batch, tokens, classes); do not change them.  temperature : above 0.
Tolerance (容差): 1e-6 relative plus 1e-9.
Raise ``ValueError`` where no position counts, where the shapes of the logits differ, or where ``mask`` has not the
shape (batch, tokens). (No other check is asked for.)
"""

import numpy as np


def soft_target_gradient(
    student_logits: np.ndarray, teacher_logits: np.ndarray, *, temperature: float, mask: np.ndarray | None = None
) -> np.ndarray:
    """Return the gradient of the masked soft-target loss by the student's logits."""
    raise NotImplementedError
