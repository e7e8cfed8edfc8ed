"""Debugging exercise (调试练习): find the one fault in a token-level KL loss (逐 token 的 KL 损失).

Questions: G07, K11, M29 | Difficulty: 2/5 | Minutes: 8 | Points: 15

``faulty`` below should compare two language models on a padded batch, at temperature 1:

    loss = (sum over the counted tokens of KL(p || q)) / (number of counted tokens)         in nats
    p = softmax(teacher), q = softmax(student) over the vocabulary (词表), the last axis

``mask`` (batch, tokens) is True where a token counts; padding does not (填充不计). Long and short sequences give
every token the same weight.

The report (故障报告): "With our toy vocabulary of 8 it trained well with alpha = 0.5. With the real vocabulary of
50 000 the distillation term does nothing, whatever weight we give it up to 0.9. No NaN, the mask is right."

Task (任务): find the fault (there is exactly one) and write the repaired function as ``find_the_fault_kl_mean``.
Changing one line is enough. Leave ``faulty`` as it is, for comparison.

student_logits, teacher_logits : (batch, tokens, vocabulary), float32 or float64, at most 1000 in size where a token
counts; padding may hold anything. Compute in float64. mask : boolean (batch, tokens). Do not change the arguments.
Return the loss, a float. Tolerance (容差): 1e-9 relative plus 1e-12.
Raise ``ValueError`` where no token counts, as ``faulty`` does.
"""

import numpy as np


def faulty(student_logits: np.ndarray, teacher_logits: np.ndarray, mask: np.ndarray) -> float:
    """Return the mean divergence of the counted tokens; something in here is wrong."""
    if not mask.any():
        raise ValueError("no token counts")
    z, t = student_logits[mask].astype(np.float64), teacher_logits[mask].astype(np.float64)
    z, t = z - z.max(axis=1, keepdims=True), t - t.max(axis=1, keepdims=True)
    log_q = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    log_p = t - np.log(np.exp(t).sum(axis=1, keepdims=True))
    pointwise = np.exp(log_p) * (log_p - log_q)
    return pointwise.mean()


def find_the_fault_kl_mean(student_logits: np.ndarray, teacher_logits: np.ndarray, mask: np.ndarray) -> float:
    """Return the mean over the counted tokens of KL(softmax(teacher) || softmax(student))."""
    raise NotImplementedError
