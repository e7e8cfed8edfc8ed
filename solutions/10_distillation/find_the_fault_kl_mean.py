"""Reference answer: the repaired token-level KL loss."""

import numpy as np


def find_the_fault_kl_mean(student_logits: np.ndarray, teacher_logits: np.ndarray, mask: np.ndarray) -> float:
    """Return the mean over the counted tokens of KL(softmax(teacher) || softmax(student))."""
    if not mask.any():
        raise ValueError("no token counts")
    z, t = student_logits[mask].astype(np.float64), teacher_logits[mask].astype(np.float64)
    z, t = z - z.max(axis=1, keepdims=True), t - t.max(axis=1, keepdims=True)
    log_q = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    log_p = t - np.log(np.exp(t).sum(axis=1, keepdims=True))
    pointwise = np.exp(log_p) * (log_p - log_q)  # (counted tokens, vocabulary)

    # The fault: a mean over tokens *and* vocabulary. KL is a sum over the outcomes; only the tokens are averaged. The
    # loss was too small by a factor of the vocabulary: 8 looked like a weaker alpha, 50 000 silenced the teacher.
    return pointwise.sum(axis=1).mean()
