"""Distillation at a very high temperature is matching of centred logits (高温极限：匹配中心化 logits).

Questions: B11, K17, K11 | Difficulty: 4/5 | Minutes: 20 | Points: 40

With p = softmax(teacher / T) and q = softmax(student / T), the loss T^2 * mean over the batch of KL(p || q) has the
gradient, by the logits of the student,

    scaled = T * (q - p) / batch                               (batch, classes)

As T grows to infinity, ``scaled`` tends to a limit in which no exponential is left: it is the gradient of half a mean
squared error between logits from which something was taken away.

Task (任务): return the tuple ``(scaled, limit)``.

1. ``scaled`` at the temperature that is given, in float64, right to 1e-6 relative plus 1e-9 for every T from 1 to
   1e15. Beware: q - p written down as it stands loses all its digits long before (灾难性抵消). ``np.expm1`` and
   ``np.log1p`` keep theirs.
2. ``limit``: derive it. It depends on both logits, on the batch and on the number of classes; not on T. Same tolerance.

student_logits, teacher_logits : (batch, classes) float32 or float64, at most 500 in size; do not change them.
Both results are float64 arrays of shape (batch, classes).
Raise ``ValueError`` where the shapes differ or are not 2-D, or where the temperature is not in 1 .. 1e15.
"""

import numpy as np


def high_temperature_limit(
    student_logits: np.ndarray, teacher_logits: np.ndarray, *, temperature: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(scaled, limit)``: T (q - p) / batch, and what it tends to as T grows."""
    raise NotImplementedError
