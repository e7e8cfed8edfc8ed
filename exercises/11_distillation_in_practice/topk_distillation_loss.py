"""Distillation from a teacher that reveals only its k best tokens (仅有 top-k 对数概率的蒸馏).

Questions: M29, K19 | Difficulty: 4/5 | Minutes: 25 | Points: 40

An interface, or a cache on disk, gives for each position the log-probabilities (对数概率, not logits) of the
teacher's k best tokens. All others are lumped into one bucket, "the rest" (其余合并为一桶), for both models:

    p_j = exp(top_logprobs[i, j]),  j = 0 .. k - 1        p_rest = 1 - sum_j p_j
    q   = softmax(student logits of position i)           q_rest = sum of q over the tokens that are not in the top k
    D_i = sum_j p_j ln(p_j / q_(token j)) + p_rest ln(p_rest / q_rest)                        in nats
    loss = mean over the positions of D_i

The temperature is 1: log-probabilities of some tokens cannot be softened afterwards.

Task (任务): return the tuple ``(loss, grad)``: the loss, a float, and its gradient by ``student_logits``, float64 of
their shape. Derive it: a token in the top k gets the usual difference; the others share what the rest lacks.

1. p_rest may come out a little below 0 from rounding (down to -1e-6): it counts as 0, and adds nothing to D_i.
2. With k = vocabulary there is no rest: its term is left out, whatever p_rest is.
3. Compute in float64. Student logits reach 1000 in size: q_rest may underflow to 0 while p_rest does not; loss and
   gradient are still finite and right (数值稳定).
4. The gradient is that of D_i as written, also where the weights in it (the p_j, and p_rest where it is there) do not
   sum to exactly 1: q_c then carries their sum.

student_logits : (positions, vocabulary), float32 or float64.  top_logprobs : (positions, k) finite floats.
top_indices : integers (positions, k), the tokens, in any order.  Do not change the arguments.
Tolerance (容差): 1e-7 relative plus 1e-10.
Raise ``ValueError`` where an index is not in 0 .. vocabulary - 1, where a position names a token twice (重复), or where
a position's p_j sum to more than 1 + 1e-6.
"""

import numpy as np


def topk_distillation_loss(
    student_logits: np.ndarray, top_logprobs: np.ndarray, top_indices: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return ``(loss, grad)`` of distillation from k log-probabilities and one bucket for the rest."""
    raise NotImplementedError
