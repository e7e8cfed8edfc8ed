"""Distillation loss and hard-label loss together (软标签与硬标签的加权), where only some samples have a label.

Questions: G07, B21, K02 | Difficulty: 3/5 | Minutes: 15 | Points: 30

    p = softmax(teacher / T),   q = softmax(student / T),   s = softmax(student)       over the last axis
    soft = T^2 * mean over all samples of sum_c p_c ln(p_c / q_c)
    hard = mean over the labelled samples of -ln s[label]                              at temperature 1, not T
    loss = alpha * soft + (1 - alpha) * hard

A label of -1 means that the sample has none (无标签样本): it counts in ``soft`` and not in ``hard``. Where no sample
has a label, ``hard`` is 0.

Task (任务): return the tuple ``(loss, grad)``: the loss, a float, and its gradient by ``student_logits``, float64 of
shape (batch, classes).

student_logits, teacher_logits : (batch, classes) float32 or float64, finite, at most 1000 in size; compute in float64.
labels : integers (batch,), -1 or 0 .. classes - 1.  temperature : above 0.  alpha : 0 to 1, both included.
Do not change the arguments. Tolerance (容差): 1e-7 relative plus 1e-10.
Raise ``ValueError`` where ``alpha`` is not in 0 .. 1 or where a label is below -1 or above classes - 1.
(The shapes agree; no other check is asked for.)
"""

import numpy as np


def combined_distillation_loss(
    student_logits: np.ndarray, teacher_logits: np.ndarray, labels: np.ndarray, *, temperature: float, alpha: float
) -> tuple[float, np.ndarray]:
    """Return ``(loss, grad)`` of alpha * soft targets + (1 - alpha) * cross-entropy."""
    raise NotImplementedError
