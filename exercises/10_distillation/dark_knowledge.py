"""Dark knowledge (暗知识): how much of the distillation loss is about the classes that are not the label?

Questions: K01, B11, K19 | Difficulty: 4/5 | Minutes: 20 | Points: 40

Decoupled distillation (解耦蒸馏, arXiv:2203.08679) splits the divergence of each sample at its label y. With
p = softmax(teacher / T), q = softmax(student / T):

    KL(p || q) = target + weight * non_target

    target = p_y ln(p_y / q_y) + (1 - p_y) ln((1 - p_y) / (1 - q_y))      label against the rest: two outcomes
    weight = 1 - p_y                                                      what the teacher leaves to the others
    non_target = KL of p and q among the other classes, each renormalised to sum to 1 there (去掉标签类后重新归一化)

A sure teacher makes ``weight`` tiny: the loss then hardly passes on how it ranks the wrong classes.

Task (任务): return the tuple ``(target, weight, non_target)``, three float64 arrays of shape (batch,).

1. Compute in float64. ``weight`` must be right to 1e-6 *relative*, also where the teacher is so sure that 1 - p_y
   computed as it stands is 0.0: it goes down to about 1e-200. Nothing may become NaN or infinite there.
2. ``target`` and ``non_target``: 1e-6 relative plus 1e-9. With two classes ``non_target`` is 0.

student_logits, teacher_logits : (batch, classes), float32 or float64, finite, at most 500 in size, classes >= 2.
labels : integers (batch,) in 0 .. classes - 1.  temperature : at least 1.  Do not change the arguments.
Raise ``ValueError`` where there are fewer than 2 classes or where a label is not in 0 .. classes - 1.
"""

import numpy as np


def dark_knowledge(
    student_logits: np.ndarray, teacher_logits: np.ndarray, labels: np.ndarray, *, temperature: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(target, weight, non_target)``, with KL = target + weight * non_target for each sample."""
    raise NotImplementedError
